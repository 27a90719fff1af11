# SPDX-License-Identifier: GPL-2.0-only
# results.json for KCIDB, the database of kernel CI systems, in version 5 of its schema: a checkout
# for each base, a build for each kernel, a test for each cell and for each test in it. Documents
# are left out: they are about this repository, and KCIDB has no test without a build. What is
# not known (a commit's hash, when a kernel was built) is left out too.
include "views";

def origin: "percpu_first_chunk";

# Did the test run to its end, and whose fault is it if not? A machine that hangs or prints
# without end is what a broken kernel looks like, so a limit that stops it is the end of the
# test: FAIL. A machine switched off before the result was whole did not complete its tests,
# whoever's fault that is: ERROR. So is a control that did not fail as named: it says nothing
# bad about the kernel. With an error of QEMU or of the harness the test was not run: MISS.
def status:
	{passed: "PASS", skipped: "SKIP", error: "MISS"}[outcome] //
		{"no-result": "ERROR", control: "ERROR"}[.verdict] // "FAIL";

# A test in a cell fails in the cell's way
def test_status($result):
	{ok: "PASS", skip: "SKIP"}[.status] // ($result | status);

# Words of letters, digits, _ and -, with single dots between them
def path_words:
	gsub("[^A-Za-z0-9.-]+"; "_") | split(".") |
	map(if . == "" then "_" else . end) | join(".");

def path($test):
	origin + "." + (rest | path_words) +
		if $test then "." + ($test | gsub("[.]"; "_") | path_words) else "" end;

def id($stamp; $what):
	"\(origin):\($what):\($stamp)";

def checkout($stamp):
	{id: id($stamp; base), origin: origin, tree_name: base, valid: true,
		comment: "the series for the page first chunk on this tree"};

# It was booted, or would have been
def build($stamp):
	{id: id($stamp; "\(base).\(.cell.kernel)"), origin: origin, checkout_id: id($stamp; base),
		architecture: "riscv64", status: "PASS", config_name: .cell.kernel} +
		(fact("release") | if . then {comment: "Linux \(.)"} else {} end);

def misc:
	{cell: .name, verdict} + if .reason then {reason} else {} end +
	if is_control then {control: .cell.fails} else {} end +
	{options: (.cell.options // {}), facts: [.facts[] | {key: title, value}] | from_entries};

# What a cell and a test in it have in common
def common($stamp; $name):
	{origin: origin, build_id: id($stamp; "\(base).\(.cell.kernel)"), path: path($name),
		comment: ($name // .name), environment: {comment: (.cell.machine as $machine |
		"QEMU virt, machine \($machine.name): \($machine.harts) harts, \($machine.nodes |
			length) nodes, \(.cell.paging)")}};

def cell($stamp):
	common($stamp; null) + {id: id($stamp; .name), status: status, duration: .seconds, misc: misc,
		start_time: (.started | time("%Y-%m-%dT%H:%M:%S+00:00"))} +
	if .log then {log_excerpt: .log[:16384]} else {} end;

def tests($stamp):
	. as $result | .tests | to_entries[] | .key as $i | .value as $test |
	($result | common($stamp; $test.name)) +
	{id: "\(id($stamp; $result.name)):\($i + 1)", status: ($test | test_status($result))} +
	if $test.why and $test.status != "ok" then {misc: {reason: $test.why}} else {} end;

read_results | (began | time("%Y%m%dT%H%M%SZ")) as $stamp | map(select(.cell)) |
{
	version: {major: 5, minor: 3},
	checkouts: (map(checkout($stamp)) | unique_by(.id)),
	builds: (map(build($stamp)) | group_by(.id) | map(add)),
	tests: map(cell($stamp), tests($stamp))
}
