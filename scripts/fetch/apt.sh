# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Private apt states: own sources, own lists, the host's mirror and keyring.
# To be sourced after lib.sh. No mirror is named here: the host's own apt
# configuration names it, or DEBIAN_MIRROR= and DEBIAN_SECURITY_MIRROR=.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck source=/dev/null
release=$([ ! -r /etc/os-release ] || (. /etc/os-release && echo "${VERSION_CODENAME:-}"))

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
	: >"$state/preferences"
	cat >"$state/apt.conf" <<EOF
Dir::State::lists "$state/lists";
Dir::Cache "$state";
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "$state/none";
Dir::Etc::preferences "$state/preferences";
Dir::Etc::preferencesparts "$state/none";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "3";
EOF
}

# prefer PACKAGES RELEASE PRIORITY, for the last apt_state
prefer()
{
	printf '%s\n' "Package: $1" "Pin: release $2" "Pin-Priority: $3" >"$state/preferences"
}

# host_state NAME: the lists of the host's own release. From the backports come QEMU and
# nothing else: a library from there would conflict with its own -dev package.
host_state()
{
	[ -n "$release" ] || die "/etc/os-release names no Debian release"
	name=$1
	arch=$(dpkg --print-architecture)
	set -- "$release:$arch" "$release-updates:$arch" "$release-security:$arch"
	[ "$release" != bookworm ] || set -- "$@" "bookworm-backports:$arch"
	apt_state "$name" "$@"
	prefer 'qemu-* ipxe-qemu seabios opensbi' n=bookworm-backports 990
	run private_apt apt-get -q update || die "apt-get update failed; see above"
}

# private_apt COMMAND...: an apt program with the state of the last apt_state
private_apt()
{
	APT_CONFIG=$state/apt.conf "$@"
}
