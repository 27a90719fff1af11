# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of programs share: each function named test_* is a test. To be
# sourced by a script that has made $tmp and then calls run_tests.

# shellcheck disable=SC2154 # $tmp

fail()
{
	printf '%s\n' "$1"
	exit 1
}

skip()
{
	printf '%s\n' "$1" >"$tmp/skip"
	exit 4
}

has()
{
	grep -qe "$2" "$1" || fail "$1 does not say: $2"
}

lacks()
{
	! grep -e "$2" "$1" || fail "$1 says: $2"
}

count()
{
	n=$(grep -ce "$2" "$3" || :)
	[ "$n" -eq "$1" ] || fail "$n lines, not $1, in $3: $2"
}

# check NUMBER FUNCTION: each in a directory and a shell of its own, where set -e counts
check()
{
	dir=$tmp/$2
	mkdir "$dir"
	rm -f "$tmp/skip"
	(
		cd "$dir" || exit 1
		set -e
		"$2"
	) >"$tmp/log" 2>&1
	status=$?
	title=$(echo "${2#test_}" | tr _ ' ')
	case $status in
	0) echo "ok $1 $title" ;;
	4) echo "ok $1 $title # SKIP $(cat "$tmp/skip")" ;;
	*)
		sed 's/^/# /' "$tmp/log"
		echo "not ok $1 $title"
		failed=1
		;;
	esac
	chmod -R u+w "$dir"
	rm -rf "$dir"
}

# run_tests FILE: runs the tests of a file, in their order, and exits
run_tests()
{
	set +e
	failed=0
	number=0
	# shellcheck disable=SC2046 # one test is one word
	set -- $(sed -n 's/^\(test_.*\)()$/\1/p' "$1")
	echo 'KTAP version 1'
	echo "1..$#"
	for test in "$@"; do
		number=$((number + 1))
		check "$number" "$test"
	done
	exit "$failed"
}
