# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What every script here needs. To be sourced; the front door exports O, the
# absolute output directory, and what the user gave on make's command line.

set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=${top%/scripts*}
: "${O:=$top/build}"
: "${BASE:=6.1}"
: "${KSRC:=}"
qemu_dir=$top/tools/testing/selftests/percpu/qemu
me=${0##*/}
unset KBUILD_OUTPUT

# Neither the user's git configuration nor a hook's GIT_DIR may change the result
isolate_git()
{
	for variable in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do
		unset "$variable"
	done
	mkdir -p "$O" || die "cannot make $O; set O= to a directory that can be written"
	[ -s "$O/.gitconfig" ] || cat >"$O/.gitconfig" <<EOF
[safe]
	directory = *
[user]
	name = percpu
	email = percpu@localhost
[gc]
	auto = 0
EOF
	export GIT_CONFIG_GLOBAL="$O/.gitconfig" GIT_CONFIG_NOSYSTEM=1
}

# Prints a line of progress in kbuild's form, unless make -s
say()
{
	[ "${quiet:-}" = silent_ ] || printf '  %-7s %s\n' "$1" "$2"
}

die()
{
	echo "$me: $*" >&2
	exit 2
}

# Runs a command quietly; what it said is shown if it fails, or with V=1
run()
{
	if [ "${V:-}" = 1 ]; then
		"$@"
		return
	fi
	run_log=$(mktemp "$O/.$me.XXXXXX")
	if "$@" >"$run_log" 2>&1; then
		rm -f "$run_log"
	else
		run_status=$?
		tail -n 20 "$run_log" >&2
		rm -f "$run_log"
		return "$run_status"
	fi
}

# The name of the kernels' base: BASE, or the user's tree by its path
base_name()
{
	if [ -n "$KSRC" ]; then
		basename -- "$(CDPATH='' cd -- "$KSRC" && pwd)" | tr -c 'A-Za-z0-9._\n-' _
	else
		echo "$BASE"
	fi
}

# Where the base's tree, series and kernels are; a user's tree may have any name
base_dir()
{
	if [ -n "$KSRC" ]; then
		echo "$O/ksrc/$(base_name)"
	else
		echo "$O/$BASE"
	fi
}

# Number of jobs for sub-makes: the user's -j, else one for each processor
jobs()
{
	echo "${JOBS:-$(nproc)}"
}

# Installs what target $1 needs. Meanwhile, if the tools for that are there, the
# packages are fetched and the tree is unpacked, which takes as long.
prepare()
{
	fetching=
	if command -v xz >/dev/null && command -v git >/dev/null; then
		"$top/scripts/tree" &
		fetching=$!
	fi
	status=0
	"$top/scripts/install-packages" "$1" || status=$?
	[ -z "$fetching" ] || wait "$fetching" || status=$?
	[ $status = 0 ] || exit $status
	"$top/scripts/tree"
	"$top/scripts/series"
}

# Builds kernels and what the guest runs
build_cells()
{
	"$top/scripts/kernel" "$@"
	"$top/scripts/initramfs"
}

# Builds the runner and calls it with the tables of this repository
runner()
{
	run make -C "$qemu_dir" OUTPUT="$O/runner" V="${V:-0}" ||
		die "the runner does not build; see above"
	"$O/runner/percpu-qemu" --base="$(base_name)" --machines="$qemu_dir/machines" \
		--cells="$qemu_dir/cells" "$@"
}

# Runs cells: options and cells for the runner follow
run_cells()
{
	firmware=$O/packages/opensbi/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin
	runner --kernels="$(base_dir)/kernels" --initrd="$O/guest/initramfs.cpio.gz" \
		--bios="${BIOS:-$firmware}" --qemu="${QEMU:-qemu-system-riscv64}" \
		--report="$O/report" --timeout="${TIMEOUT:-120}" "$@"
}

# The kernel of a cell is the second part of its name
kernels_of()
{
	printf '%s\n' "$@" | cut -d . -f "$(($(base_name | tr -cd . | wc -c) + 2))" | awk '!seen[$0]++'
}

isolate_git
