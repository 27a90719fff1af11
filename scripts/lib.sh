# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What every script here needs. To be sourced; the top Makefile exports O, the
# absolute output directory, and what the user gave on make's command line.

set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=${top%/scripts*}
: "${O:=$top/build}"
: "${BASE:=6.1}"
: "${KSRC:=}"
harness=$top/tools/testing/percpu
report=$O/report
# Where with_tools() finds kernels, if not in the base
kernels=
me=${0##*/}
# What BASE= can be: scripts/fetch/packages knows where they come from
bases="6.1 6.12 mainline"
unset KBUILD_OUTPUT

# Neither the user's git configuration nor a hook's GIT_DIR may change the result
isolate_git()
{
	for variable in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do
		unset "$variable"
	done
	mkdir -p "$O/tmp" || die "cannot make $O/tmp; set O= to a directory that can be written"
	[ -s "$O/tmp/gitconfig" ] || cat >"$O/tmp/gitconfig" <<EOF
[safe]
	directory = *
[user]
	name = percpu
	email = percpu@localhost
[gc]
	auto = 0
EOF
	export GIT_CONFIG_GLOBAL="$O/tmp/gitconfig" GIT_CONFIG_NOSYSTEM=1
}

# Prints a line of progress in kbuild's form, unless make -s
say()
{
	said=$2
	[ "${quiet:-}" = silent_ ] || printf '  %-7s %s\n' "$1" "$2"
}

# lock NAME WHAT: takes the lock of that name, in place of the one that is held, and if that takes
# time says what for. Whatever is still at work when this script is stopped keeps it.
lock()
{
	exec 9>"$O/tmp/lock.$1"
	flock -n 9 || {
		say WAIT "for $2" >&2
		flock 9
	}
}

# tick LABEL COMMAND...: runs a command; every 10 seconds a line says how long
# already. The clock ends with the command and with this script, and holds neither
# whatever reads our output nor the lock (9).
tick()
{
	label=$(printf '%.60s' "$1")
	shift
	tick_start=$(date +%s)
	while sleep 10 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
		say '' "$label: $(count_steps)$(($(date +%s) - tick_start)) s" >&2
	done 9>&- &
	ticker=$!
	tick_status=0
	"$@" || tick_status=$?
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	ticker=
	return "$tick_status"
}

# What kbuild has said that it does
count_steps()
{
	[ -z "${run_log:-}" ] || grep -c '^  [A-Z]' "$run_log" | sed '/^0$/d; s/$/ steps, /'
}

die()
{
	[ -z "${ticker:-}" ] || kill "$ticker" 2>/dev/null || true
	echo "$me: $*" >&2
	exit 2
}

# Runs a command quietly; what it said is shown if it fails, or with V=1, and kept in $log if
# that is set
run()
{
	if [ "${V:-}" = 1 ]; then
		"$@"
		return
	fi
	run_log=${log:-$(mktemp "$O/tmp/run.XXXXXX")}
	run_status=0
	tick "${said:-$1}" logged "$@" || run_status=$?
	[ "$run_status" = 0 ] || grep -v '^  [A-Z]' "$run_log" | tail -n 20 >&2
	[ -n "${log:-}" ] || rm -f "$run_log"
	run_log=
	return "$run_status"
}

logged()
{
	"$@" >"$run_log" 2>&1
}

# up_to_date STAMP: was what STAMP stands for made from what is on stdin? If not, the caller
# makes it and then calls made STAMP. What is half made has no stamp.
up_to_date()
{
	mkdir -p "${1%/*}"
	sha256sum >"$1.new"
	! cmp -s "$1.new" "$1" || {
		rm "$1.new"
		return 0
	}
	rm -f "$1"
	return 1
}

made()
{
	mv "$1.new" "$1"
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
install_and_unpack()
{
	fetching=
	if [ ! -e "$(base_dir)/origin" ] && command -v xz >/dev/null && command -v git >/dev/null; then
		"$top/scripts/build/prepare-tree" &
		fetching=$!
	fi
	status=0
	"$top/scripts/fetch/install-packages" "$1" || status=$?
	[ -z "$fetching" ] || wait "$fetching" || status=$?
	[ $status = 0 ] || exit $status
}

# All that is needed before a kernel of the base can be built
prepare()
{
	install_and_unpack "$1"
	[ -z "$KSRC" ] || "$top/scripts/build/prepare-tree"
	"$top/scripts/build/compose-series" --if-new
}

# Can kernel $1 be made of the base? An error is not an answer.
can_have()
{
	can_status=0
	"$top/scripts/build/apply-series" -n "$1" || can_status=$?
	[ $can_status -le 1 ] || die "$1: cannot be made; see above"
	return $can_status
}

# Prints each of the kernels on stdin once: those with the whole series first, then commit by
# commit backwards, so that the change of a header is undone, and all rebuilt, only once
order_kernels()
{
	awk -F @ '!seen[$0]++ { print (NF > 1 ? $2 : "inf"), $0 }' | sort -s -k 1,1gr |
		cut -d ' ' -f 2
}

# Builds the kernels that cells boot, and what the guest runs on them
build_cells()
{
	needs=$(base_dir)/needs
	runner list --needs "$@" >"$needs" || return
	# shellcheck disable=SC2046 # words without blanks
	"$top/scripts/build/build-kernel" $(sed 's/+kvm-/\n/; s/+.*//' "$needs" | order_kernels) || return
	# shellcheck disable=SC2046
	"$top/scripts/build/build-initramfs" $(awk '!seen[$0]++' "$needs")
}

# A mistyped topic is found before anything is fetched
check_topics()
{
	topics=$(sed -n 's/^topic \([^ ]*\).*/\1/p' "$top/patches/series")
	! topic=$(echo "$TOPICS" | sed 's/[ ,]/\n/g' | grep -m 1 -vxF -e "$topics" -e '') ||
		die "TOPICS=$topic: no such topic; name some of $(echo "$topics" | paste -s -d ' ' -)"
}

# Can there be a cell $1? If the base has it is known when the series for it is composed; a
# mistyped name is found before anything is fetched.
check_cell()
{
	case $1 in
	"$(base_name)".*)	;;
	*)	die "CELL=$1: no cell of $(base_name); make cells lists those, BASE= or KSRC= others";;
	esac
	awk -v cell="${1#"$(base_name)".}." '
		BEGIN { sub(/@[0-9]+/, "", cell) }
		{ sub(/@.*/, "", $1) }
		index(cell, $1 "." ($4 == "-" ? "auto" : $4) "." $3 "." $2 ".") == 1 { found = 1 }
		END { exit !found }
	' "$harness/tables/cells"
}

# Prepares everything for the cell CELL=, or for the one that stands for all, and sets cell
build_cell()
{
	cell=${CELL:-$(base_name).numa.page.sv39.smp4.tests=facts+first_chunk}
	check_cell "$cell" || die "no cell $cell; make cells lists them"
	prepare boot
	build_harness
	runner list >"$O/tmp/cells" || exit
	grep -qxF -- "$cell" "$O/tmp/cells" || die "no cell $cell; make cells lists them"
	build_cells "$cell"
}

build_harness()
{
	[ -z "${harness_built:-}" ] || return 0
	run make -C "$harness" OUTPUT="$O/harness" V="${V:-0}" ||
		die "the harness does not build; see above"
	run make -C "$top/tools/tlb" O="$O/tlb" V="${V:-0}" ||
		die "the plugin for QEMU does not build; see above"
	harness_built=1
}

# runner COMMAND ARGUMENT...: builds the harness and calls it with the tables of this repository
runner()
{
	build_harness
	command=$1
	shift
	[ ! -e "$(base_dir)/series.log" ] || set -- --series="$(base_dir)/series.log" "$@"
	"$O/harness/percpu-qemu" "$command" --base="$(base_name)" \
		--machines="$harness/tables/machines" --cells="$harness/tables/cells" "$@"
}

# What LLVM= is where the user does not say it: Debian 12 has clang 19 beside its own, which is
# too old for newer kernels
newest_llvm()
{
	command -v clang-19 >/dev/null && echo -19 || echo 1
}

# tool_of_llvm NAME: its name as kbuild takes it from LLVM=, which is 1, -VERSION or DIRECTORY/
tool_of_llvm()
{
	case $LLVM in
	*/)	echo "$LLVM$1";;
	-*)	echo "$1$LLVM";;
	*)	echo "$1";;
	esac
}

# build_guest DIRECTORY [VARIABLE=VALUE]...: builds the guest's programs there, with lib.mk of
# the base and, whatever the kernel is built with, GCC. The headers are those of its C
# library: the tree's are not installed, and some versions of lib.mk only want to see any.
build_guest()
{
	programs=$1
	shift
	selftests=$top/tools/testing/selftests/percpu
	mkdir -p "$programs"
	for part in "$selftests" "$harness/guest"; do
		make -j"$(jobs)" -C "$part" -I "$(base_dir)/tree/tools/testing/selftests/kselftest" \
			OUTPUT="$programs" CROSS_COMPILE="${CROSS_COMPILE:-riscv64-linux-gnu-}" LLVM= \
			KHDR_DIR=/usr/include KHDR_INCLUDES= USERLDFLAGS='-static -s' "$@" || return
	done
}

# Calls a command with the options that tell the runner what to boot cells with, and how many at a
# time, of which it takes up to 64
with_tools()
{
	firmware=$O/packages/opensbi/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin
	"$@" --kernels="${kernels:-$(base_dir)/kernels}" --initrd="$(base_dir)/guest/initramfs.cpio.gz" \
		--bios="${BIOS:-$firmware}" --qemu="${QEMU:-qemu-system-riscv64}" --tlb="$O/tlb" \
		--timeout="${TIMEOUT:-120}" --jobs="$(jobs | awk '{ print ($1 > 64 ? 64 : $1) }')"
}

# Runs cells and writes all reports: options and cells for the runner follow
run_cells()
{
	run_status=0
	[ -z "${FORCE:-}" ] || set -- --force "$@"
	with_tools runner run --report="$report" "$@" || run_status=$?
	[ ! -e "$report/results.json" ] || write_report || run_status=2
	return "$run_status"
}

# Once more with source lines, if there are any for a splat
write_report()
{
	decoded=$("$top/scripts/run/decode-splats" "$report" ${kernels:+"$kernels"}) || return
	[ -z "$decoded" ] || "$O/harness/percpu-qemu" report --silent "$report" || return
	"$top/scripts/run/write-views" "$report"
}

# What can only be tested when the report is there: others read the results as well, and
# both modes must give the same
judge_report()
{
	for name in reports modes; do
		"$top/scripts/tests/$name" "$report" >"$O/tmp/$name.ktap" || {
			grep '^#\|^not ok' "$O/tmp/$name.ktap" >&2
			die "scripts/tests/$name fails on the report in $report; see above"
		}
	done
}

# What the guest wrote into the kernel's log, see channel.c: a record of that is at the start
# of a line or behind a time stamp, and user space may have begun the line
list_results()
{
	awk '{
		sub(/\r$/, "")
		if (!match($0, /(^|\] )percpu\.result[:+] /))
			next
		text = substr($0, RSTART + RLENGTH)
		printf "%s%s", text, substr($0, RSTART + RLENGTH - 2, 1) == ":" ? "\n" : ""
	}' "$1"
}

# Found now and not after a kernel has been built
[ -z "$KSRC" ] || [ -d "$KSRC" ] || die "KSRC=$KSRC: no such directory; name a kernel tree"
[ -n "$KSRC" ] || echo "$bases" | tr ' ' '\n' | grep -qxF -e "$BASE" ||
	die "BASE=$BASE: no such base; name one of $bases"
[ -z "${TOPICS:-}" ] || check_topics
[ -z "${BUSYBOX:-}" ] || [ -f "$BUSYBOX" ] ||
	die "BUSYBOX=$BUSYBOX: no such file; name a static riscv64 BusyBox"
[ -z "${BIOS:-}" ] || grep -qs OpenSBI "$BIOS" ||
	die "BIOS=$BIOS: no OpenSBI; name a fw_dynamic.bin of 1.6 or later"
isolate_git
