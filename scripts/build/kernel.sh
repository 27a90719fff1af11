# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts share that apply, build and inspect kernels. To be sourced after lib.sh.
#
# The table "kernels" of the harness names for each kernel the fragments of its
# configuration and the part of the series that it has; NAME@N is kernel NAME
# with the first N patches. Kernels of one configuration share an object
# directory, and one worktree, src, moves from one part of the series to the
# next, so that only what differs is rebuilt.
#
# A kernel without a change does not get its patch, nor those of the changes named with it, which
# build on it; where the base itself has the change, a patch in patches/CHANGE/without takes it out.

base=$(base_name)
dir=$(base_dir)
am=$dir/am
table=$harness/tables/kernels
: "${CROSS_COMPILE:=riscv64-linux-gnu-}"
# In its default mode ccache preprocesses each file first: two fifths more time for a first build
export CCACHE_DEPEND=1

# Line tables do not change the code, and decode_stacktrace.sh prints source lines with them
line_tables=KCFLAGS=-g1

# kbuild, with the user's variables
kbuild()
{
	set -- -C "$dir/src" "O=$objects" ARCH=riscv "$line_tables" "$@"
	if [ -n "${LLVM:-}" ]; then
		set -- "$@" "LLVM=$LLVM"
	else
		set -- "$@" "CROSS_COMPILE=$CROSS_COMPILE"
		[ -n "${CC:-}" ] || ! command -v ccache >/dev/null ||
			set -- "$@" "CC=ccache ${CROSS_COMPILE}gcc"
	fi
	[ -z "${CC:-}" ] || set -- "$@" "CC=$CC"
	[ -z "${W:-}" ] || set -- "W=$W" "$@"
	[ -z "${C:-}" ] || set -- "$@" "C=$C"
	make --no-print-directory -j"$(jobs)" V="${V:-0}" "$@"
}

# look_up KERNEL: sets kernel, fragments, defaults (what kconfig makes of options that they do
# not name), objects, option (which the tree must have) and the part of the series: all, first
# PATCHES, without CHANGE[:FILE] or CHANGE,CHANGE... or with PATCH
look_up()
{
	kernel=$1
	row=$(awk -v kernel="${1%@*}" '$1 == kernel' "$table")
	[ -n "$row" ] || die "${1%@*}: no such kernel in ${table#"$top"/}"
	option=
	case $row in
	*' if '*)	option=${row##* if }; row=${row%% if *};;
	esac
	# shellcheck disable=SC2086 # the row's words
	set -- $row
	fragments=$(echo "$2" | tr + ' ')
	case $2 in
	defconfig+*)	defaults=alldefconfig;;
	*)		defaults=allnoconfig;;
	esac
	objects=$dir/objects/$2
	part=$3
	of=${4:-}
	case $kernel in
	*@*)	part=first; of=${kernel##*@};;
	esac
	left_out=${of%%:*}
	file=${of#"$left_out"}
	file=${file#:}
	change=${left_out%%,*}
	case $part in
	all | first | without | with)	;;
	*)	die "${table#"$top"/}: $kernel: not a part of the series: $part";;
	esac
}

# Prints "CHANGE PATCH" for each change that the series adds, in order
list_series()
{
	awk '$2 == "ADD" { print $1 }' "$dir/series.log" |
		while read -r name; do
			number=$((${number:-0} + 1))
			echo "$name" "$dir/series/$(printf %04d $number)"-*.patch
		done
}

# Does the series add the change?
adds_change()
{
	list_series | grep -q "^$change "
}

# Prints a line for each git am: options and patches. Where a change is left out, what it does
# near the lines of a later one is missing.
list_patches()
{
	list_series | awk -v part="$part" -v of="$of" -v left_out=",$left_out," -v file="$file" \
		-v top="$top" '
		function flush() { if (line) print line; line = "" }
		part == "first" && NR > of { exit }
		part == "without" && index(left_out, "," $1 ",") {
			flush()
			if (file) print "-C1 --exclude=" file, $2
			next
		}
		part == "without" && !line { line = "-C1" }
		{ line = line " " $2 }
		END {
			if (part == "with") line = line " " top "/" of
			flush()
		}
	'
}

# Takes out what the base has without our patch: the first of patches/CHANGE/without
# that applies. Status 1 if none does.
take_out()
{
	[ "$part" = without ] && ! adds_change || return 0
	for patch in "$top/patches/$change/without"/*.patch; do
		git -C "$am" apply --index ${file:+"--include=$file"} "$patch" 2>/dev/null || continue
		GIT_AUTHOR_DATE='2000-01-01T00:00:00Z' GIT_COMMITTER_DATE='2000-01-01T00:00:00Z' \
			git -C "$am" commit -q -m "Without $change"
		return 0
	done
	return 1
}

# Applies the part in a worktree of the patched files alone, so that the sources of
# the build only change where the parts differ. Status as take_out.
apply_part()
{
	[ -e "$am" ] || git -C "$dir/tree" worktree add -q --no-checkout --detach "$am" base
	{
		echo /Makefile
		cat "$dir"/series/[0-9]*.patch "$top"/patches/*/without/*.patch 2>/dev/null |
			sed -n 's,^+++ b/,/,p' | sort -u
	} | git -C "$am" sparse-checkout set --no-cone --stdin
	git -C "$am" am --abort 2>/dev/null || true
	git -C "$am" checkout -q -f --detach base
	list_patches >"$dir/patches"
	while read -r words; do
		# shellcheck disable=SC2086 # options and paths without blanks
		GIT_COMMITTER_DATE='2000-01-01T00:00:00Z' run git -C "$am" am -q $words ||
			die "$kernel: git am fails; see above"
	done <"$dir/patches"
	take_out
}

# Makes src the sources of the kernel. At first its files are those of the tree: git writes
# those that differ, and others only where there are no hard links.
make_source()
{
	apply_part || die "$kernel: no patch in patches/$change/without takes it out of $base"
	if [ ! -e "$dir/src" ]; then
		git -C "$dir/tree" worktree add -q --no-checkout --detach "$dir/src" base
		find "$dir/tree" -mindepth 1 -maxdepth 1 ! -name .git \
			-exec cp -al -t "$dir/src" {} + 2>/dev/null || true
		cp -p "$dir/tree/.git/index" \
			"$(git -C "$dir/src" rev-parse --path-format=absolute --git-path index)"
	fi
	git -C "$dir/src" checkout -q -f --detach "$(git -C "$am" rev-parse HEAD)"
}

# Does a Kconfig file that riscv reads define the option, there or in the series?
has_option()
{
	pattern="^\(menu\)\?config $1\$"
	git -C "${2:-$dir/src}" grep -q "$pattern" HEAD -- '*Kconfig*' ':!arch' ||
		git -C "${2:-$dir/src}" grep -q "$pattern" HEAD -- 'arch/riscv/*Kconfig*'
}

# Is it an option that not every tree has, and not this one?
is_unknown()
{
	grep -q "^# Not in every tree:.* ${1#CONFIG_}\\( \\|\$\\)" "$objects/fragments" &&
		! has_option "${1#CONFIG_}"
}

# Prints OPTION=value for each line of a configuration
print_options()
{
	sed -n 's/^# \(CONFIG_[^ ]*\) is not set$/\1=n/; /^CONFIG_/p' "$1"
}

# The last line of the fragments for each option must be found in the configuration
verify()
{
	print_options "$objects/.config" >"$objects/options"
	print_options "$objects/fragments" | awk -F = '
		NR == FNR { got[$1] = $0; next }
		{ wanted[$1] = $0 }
		END {
			for (option in wanted)
				if (wanted[option] != (option in got ? got[option] : option "=n"))
					print wanted[option]
		}
	' "$objects/options" - | while read -r line; do
		is_unknown "${line%%=*}" || echo "$line"
	done >"$objects/lost"
	[ ! -s "$objects/lost" ] ||
		die "$kernel: options that did not stick: $(paste -s -d ' ' "$objects/lost")"
}

# What the tests need is in the config of the selftests, where everybody's CI finds it
print_fragments()
{
	for fragment in $fragments; do
		[ "$fragment" != tests ] || cat "$top/tools/testing/selftests/percpu/config"
		cat "$top/arch/riscv/configs/percpu_$fragment.config"
	done
	for word in ${KCONFIG:-}; do
		echo "CONFIG_${word#CONFIG_}"
	done
}

# What kconfig is given; what the fragments add to is nothing, or the defconfig of the tree
print_allconfig()
{
	[ "$defaults" = allnoconfig ] || cat "$dir/src/arch/riscv/configs/defconfig"
	cat "$objects/fragments"
}

# What the user says of the compiler, and what that is
print_compiler()
{
	echo "${LLVM:-}" "$CROSS_COMPILE" "${CC:-}"
	compiler=${CROSS_COMPILE}gcc
	[ -z "${LLVM:-}" ] || compiler=$(tool_of_llvm clang)
	"${CC:-$compiler}" --version 2>/dev/null || true
}

# What kbuild compiles for the host, dtc for instance, is the same for all configurations
copy_host_tools()
{
	mkdir -p "$objects/scripts"
	for tool in "$dir"/objects/guest*/scripts/basic "$dir"/objects/guest*/scripts/dtc \
		    "$dir"/objects/guest*/scripts/kconfig; do
		[ ! -e "$tool" ] || cp -a "$tool" "$objects/scripts/"
	done
}

# Again when a Kconfig file, a fragment or the compiler is another: the next part of the series
# may have options that the last one lacks. kconfig leaves a file that stays the same alone.
configure()
{
	[ -e "$objects" ] || copy_host_tools
	print_fragments >"$objects/fragments"
	print_allconfig >"$objects/allconfig"
	{
		cat "$objects/allconfig"
		print_compiler
		git -C "$dir/src" ls-tree -r HEAD | grep Kconfig
	} | up_to_date "$objects/configured" || {
		run kbuild KCONFIG_ALLCONFIG="$objects/allconfig" "$defaults" ||
			die "$kernel: cannot be configured; see above"
		verify
		made "$objects/configured"
	}
}

for word in ${KCONFIG:-}; do
	case $word in
	[A-Z0-9]*=?*)	;;
	*)	die "KCONFIG=: $word: want OPTION=value, for instance KCONFIG='KASAN=y EFI=n'";;
	esac
done
# One worktree and one object directory serve all kernels
lock "$base.kernels" "another build of $base's kernels"
