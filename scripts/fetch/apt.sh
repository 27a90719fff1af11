# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Private apt states: own sources, own lists, the host's mirror and keyring.
# To be sourced after lib.sh. No mirror is named here: the host's own apt
# configuration names it, or DEBIAN_MIRROR= and DEBIAN_SECURITY_MIRROR=.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

need_apt()
{
	command -v apt-get >/dev/null || die "apt-get not found: only Debian's packages can be" \
		"fetched; use KSRC=, BIOS= and BUSYBOX= with files of your own"
	[ -r $keyring ] || die "$keyring not found: install debian-archive-keyring"
}

# The repository that the host's apt uses for the suite that $1 matches
host_mirror()
{
	# shellcheck disable=SC2016 # apt-get fills these in
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 2>/dev/null |
		awk -v suite="$1" '$2 == "main" && $1 ~ suite && $3 ~ /debian/ { print $3; exit }'
}

debian_mirror()
{
	uri=${DEBIAN_MIRROR:-$(host_mirror '^[a-z]+$')}
	[ -n "$uri" ] || die "the host's apt has no Debian mirror; set DEBIAN_MIRROR=http://..."
	echo "$uri"
}

# Hosts without a security source find the same suites beside the archive
security_mirror()
{
	uri=${DEBIAN_SECURITY_MIRROR:-$(host_mirror '-security$')}
	[ -n "$uri" ] || uri=$(debian_mirror | sed 's,/*$,-security,')
	echo "$uri"
}

# apt_state NAME SOURCE...: makes a state directory, $state; a source is SUITE:ARCHITECTURE
apt_state()
{
	state=$O/apt/$1
	shift
	archive=$(debian_mirror)
	security=$(security_mirror)
	mkdir -p "$state/lists/partial" "$state/archives/partial" "$state/none"
	for source in "$@"; do
		options="arch=${source#*:} signed-by=$keyring"
		uri=$archive
		case $source in
		*-security:*)
			uri=$security
			;;
		forky:* | sid:* | experimental:*)
			# Their lists expire after a week, which a mirror may be late;
			# they are signed all the same
			options="$options check-valid-until=no"
			;;
		esac
		echo "deb [$options] $uri ${source%:*} main"
	done >"$state/sources.list"
	cat >"$state/apt.conf" <<EOF
Dir::State::lists "$state/lists";
Dir::Cache "$state";
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "$state/none";
Dir::Etc::preferencesparts "$state/none";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "3";
EOF
}

# private_apt COMMAND...: an apt program with the state of the last apt_state
private_apt()
{
	APT_CONFIG=$state/apt.conf "$@"
}
