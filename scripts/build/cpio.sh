# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Archives for the guest, made with gen_init_cpio of the base: unlike cpio it can
# make devices, and files that root owns, without root. To be sourced after lib.sh.

# list_files ROOT [FOLDER]: what gen_init_cpio reads about the files in ROOT, which is / of
# the guest, or FOLDER
list_files()
{
	find "$1" -mindepth 1 \( -type d -printf "dir ${2:-}/%P 0%m 0 0\n" \) -o \
		\( -type l -printf "slink ${2:-}/%P %l 0%m 0 0\n" \) -o \
		\( -type f -printf "file ${2:-}/%P %p 0%m 0 0\n" \)
}

# pack ARCHIVE: makes ARCHIVE (.cpio.gz) from the list on stdin, if it is not up to date
pack()
{
	LC_ALL=C sort >"$1.list"
	{
		cat "$1.list"
		sed -n 's/^file [^ ]* \([^ ]*\) .*/\1/p' "$1.list" | xargs sha256sum
	} | up_to_date "$1.made-from" && return
	say CPIO "$1"
	mkdir -p "$(base_dir)/guest"
	gcc -O2 -o "$(base_dir)/guest/gen_init_cpio" "$(base_dir)/tree/usr/gen_init_cpio.c" ||
		die "gen_init_cpio of the tree does not build"
	"$(base_dir)/guest/gen_init_cpio" -t 0 "$1.list" >"$1.cpio" || die "cannot write $1.cpio"
	gzip -n1 <"$1.cpio" >"$1" || die "cannot write $1"
	rm -f "$1.cpio"
	made "$1.made-from"
}

# join ARCHIVE INPUT...: concatenates archives, which the kernel unpacks one after the other
join()
{
	archive=$1
	shift
	! cat "$@" | up_to_date "$archive.made-from" || return 0
	say CPIO "$archive"
	cat "$@" >"$archive" || die "cannot write $archive"
	made "$archive.made-from"
}
