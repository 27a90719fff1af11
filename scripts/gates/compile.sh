# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Compiles the objects of the C files that the series touches, not the whole kernel. To be
# sourced by gates, which choose a configuration with use() and judge the log.

. "$(dirname -- "$0")/compare.sh"

# Without the driver: what the patch touches
: "${touched=$(list_touched '*.c')}"
llvm=${LLVM:-$(newest_llvm)}
unset LLVM CC W C V

# kbuild ARGUMENT...: with the compiler of the gate
kbuild()
{
	make --no-print-directory -j"$(jobs)" O="$objects" ARCH=riscv "$compiler" "$@" </dev/null
}

# use COMPILER CONFIG [OPTION...]: gcc or clang, a target of kbuild, and lines that its
# configuration must have
use()
{
	case $1 in
	gcc)	compiler=CROSS_COMPILE=${CROSS_COMPILE:-riscv64-linux-gnu-};;
	clang)	compiler=LLVM=$llvm; need "$(LLVM=$llvm tool_of_llvm clang)";;
	esac
	config=$2
	objects=$(base_dir)/objects/$1_$2
	flags=
	shift 2
	mkdir -p "$objects"
	printf '%s\n' "$@" >"$objects/options"
}

# What build_rv64_gcc_allmodconfig and sparse have in common: they read the same log
use_gcc_allmodconfig()
{
	need sparse
	use gcc allmodconfig '# CONFIG_WERROR is not set' '# CONFIG_DRM_WERROR is not set' \
		'# CONFIG_GCC_PLUGINS is not set'
	flags="W=1 C=2 CHECK=$top/scripts/gates/sparse-compat"
}

verify()
{
	while read -r line; do
		case $line in
		'# '*)	option=${line#'# '}
			! grep -q "^${option%% *}=" "$objects/.config";;
		?*)	grep -qxF "$line" "$objects/.config";;
		esac || die "$config: an option that did not stick: $line"
	done <"$objects/options"
}

# Configures at first, and again when a Kconfig file has changed since
configure()
{
	configured=$(cat "$objects/configured" 2>/dev/null || true)
	if [ -n "$configured" ] && git diff --quiet "$configured" HEAD \
	   -- '*Kconfig*' arch/riscv/configs 2>/dev/null; then
		return
	fi
	kbuild KCONFIG_ALLCONFIG="$objects/options" "$config" >"$objects/log" 2>&1 || {
		tail -n 5 "$objects/log" >&2
		die "make $config fails; see above"
	}
	verify
	git rev-parse HEAD >"$objects/configured"
}

# in_makefile DIRECTORY NAME: does this configuration build it there?
in_makefile()
{
	makefile=$1/Kbuild
	[ -e "$makefile" ] || makefile=$1/Makefile
	make -s -f - list srctree="$PWD" src="$1" SRCARCH=riscv 2>/dev/null <<EOF |
include $objects/.config
include $makefile
list: ; @echo \$(foreach o,\$(obj-y) \$(obj-m) \$(lib-y),\$o \$(\$(o:.o=-y)) \$(\$(o:.o=-objs)))
EOF
	tr ' ' '\n' | grep -qxF "$2"
}

# kbuild compiles any file that it is asked for; this tells whether the kernel has it
is_built()
{
	case $1 in
	arch/riscv/*)	;;
	arch/*)	return 1;;
	esac
	directory=${1%/*}
	in_makefile "$directory" "${1##*/}" || return
	while [ "${directory%/*}" != "$directory" ] && [ "${directory%/*}" != arch ]; do
		in_makefile "${directory%/*}" "${directory##*/}/" || return
		directory=${directory%/*}
	done
}

list_objects()
{
	for file in $touched; do
		[ ! -e "$file" ] || ! is_built "${file%.c}.o" || echo "${file%.c}.o"
	done
}

# What a kernel may be made of, and which objects are looked at
identify()
{
	{
		git ls-files -s -- . ':!Documentation' ':!MAINTAINERS' ':!scripts/coccinelle' \
			':!tools/testing'
		echo "$touched"
	} | sha256sum | cut -d ' ' -f 1
}

# Compiles the tree as it is now and sets log; what was compiled before is not done again
compile()
{
	log=$kept/${objects##*/}.$(identify)
	[ ! -e "$log" ] || return 0
	configure
	built=$(list_objects)
	: >"$log.new"
	# shellcheck disable=SC2086 # lists of objects and variables
	[ -z "$built" ] || {
		# What is made of the tools of the host, once, is not of the patch; if it fails, so does
		# what follows
		kbuild $flags prepare >"$objects/log" 2>&1 || true
		(cd "$objects" && rm -f $built)
		kbuild -k $flags $built >"$log.new" 2>&1 || echo "make: *** it failed" >>"$log.new"
	}
	mv "$log.new" "$log"
}

fail_on_errors()
{
	compile
	grep -q '^make.*\*\*\*' "$log" || return 0
	grep -E ' error: |\*\*\*' "$log"
	exit 1
}

# messages_of compiler|sparse: GCC and clang end a warning with the option for it, and
# kernel-doc, which belongs to W=1, knows no column
messages_of()
{
	awk -v who="$1" '/ (warning|error): / {
		author = /\[-W[^ ]*\]$/ || !/:[0-9]+:[0-9]+: / ? "compiler" : "sparse"
		if (author == who)
			print
	}' "$log"
}

# shellcheck disable=SC2317 # pass_without_new calls them
compiler_warnings()
{
	compile
	messages_of compiler
}

# shellcheck disable=SC2317
sparse_warnings()
{
	compile
	! grep 'is not available or not up to date' "$log" >&2 ||
		die 'kbuild did not call sparse; see above'
	messages_of sparse
}
