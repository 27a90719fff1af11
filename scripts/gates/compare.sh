# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Compares the tree before the last commit with the tree after it. To be sourced by gates.

. "$(dirname -- "$0")/../lib.sh"

patch=$(git rev-parse HEAD)
kept=$(base_dir)/gates
mkdir -p "$kept"
trap 'git checkout -q -f --detach "$patch"' EXIT

need()
{
	command -v "$1" >/dev/null || die "there is no $1; scripts/fetch/install-packages check"
}

# The files of the pattern that the patch touches and leaves
list_touched()
{
	git diff --name-only --diff-filter=d HEAD~ HEAD -- "$@"
}

# The same message elsewhere in a file is not a new one; spatch prints a range of columns
drop_line_numbers()
{
	sed -E 's/:[0-9]+:[0-9]+(-[0-9]+)?:/:/; s/:[0-9]+([: ])/\1/; s/ line [0-9]+/ line/g' "$1" | sort
}

# pass_without_new FUNCTION: ends the gate, with 1 if the function, called in the tree
# of the patch, prints lines that it does not print in the one before
pass_without_new()
{
	"$1" >"$kept/after"
	[ -s "$kept/after" ] || exit 0
	git checkout -q -f --detach "$patch~"
	"$1" >"$kept/before"
	drop_line_numbers "$kept/before" >"$kept/before.sorted"
	drop_line_numbers "$kept/after" | comm -13 "$kept/before.sorted" - >"$kept/new"
	[ -s "$kept/new" ] || exit 0
	cat "$kept/new"
	exit 1
}
