# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Archives for the guest, made with gen_init_cpio of the base: unlike cpio it can
# make devices, and files that root owns, without root. To be sourced after lib.sh.

# list_files ROOT [FOLDER]: what gen_init_cpio reads about the tree of files in ROOT,
# which is / of the guest, or FOLDER
list_files()
{
	(cd "$1" && find . -mindepth 1 -type d | sed "s,^\.\(.*\),dir ${2:-}\1 0755 0 0,")
	(cd "$1" && find . -type f | sed "s,^\.\(.*\),file ${2:-}\1 $1\1 0755 0 0,")
}

# list_tree ROOT: likewise / of the guest, with links and modes as they are in ROOT
list_tree()
{
	find "$1" -mindepth 1 \( -type d -printf 'dir /%P 0%m 0 0\n' \) -o \
		\( -type l -printf 'slink /%P %l 0%m 0 0\n' \) -o \
		\( -type f -printf 'file /%P %p 0%m 0 0\n' \)
}

# pack ARCHIVE: makes ARCHIVE (.cpio.gz), whole or not at all, from the list on stdin
pack()
{
	mkdir -p "$(base_dir)/guest"
	gcc -O2 -o "$(base_dir)/guest/gen_init_cpio" "$(base_dir)/tree/usr/gen_init_cpio.c" ||
		die "gen_init_cpio of the tree does not build"
	LC_ALL=C sort >"$1.list"
	"$(base_dir)/guest/gen_init_cpio" -t 0 "$1.list" >"$1.cpio" || die "cannot write $1.cpio"
	gzip -n1 <"$1.cpio" >"$1.new" || die "cannot write $1.new"
	rm -f "$1.cpio" "$1.list"
	mv "$1.new" "$1"
}
