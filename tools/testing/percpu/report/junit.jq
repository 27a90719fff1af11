# SPDX-License-Identifier: GPL-2.0-only
# results.json as JUnit XML, in the form that Ant made and Jenkins and others read: a suite for
# each cell and document. Nothing times the tests in a guest, so only suites have seconds.
include "views";

def seconds:
	(. * 1000 | round) as $ms |
	"\($ms / 1000 | floor).\("000\($ms % 1000)"[-3:])";

def tag($name; $attributes):
	"<\($name)" + ($attributes | to_entries |
		map(" \(.key)=\"\(.value | @html | split("\n") | join("&#10;"))\"") | add // "") + ">";

# A result that none of its tests accounts for is a test of its own
def all_tests:
	.tests + if .tests == [] or .verdict != "pass" and all(.tests[]; .status != "fail") then
		[{name: "verdict", why: .reason,
			status: ({passed: "ok", skipped: "skip"}[outcome] // "fail")}]
	else [] end;

# Of a list of results
def counts:
	[.[] | harness_error as $error | all_tests[] |
		if .status == "fail" and $error then "error" else .status end] as $all |
	def n($status): $all | map(select(. == $status)) | length;
	{tests: ($all | length), failures: n("fail"), errors: n("error"), skipped: n("skip"),
		time: (map(.seconds) | add // 0 | seconds)};

def properties:
	{verdict, reason},
	(select(.cell) | {kernel: .cell.kernel, machine: .cell.machine.name, paging: .cell.paging,
		alloc: alloc, "first chunk": .cell.chunk}),
	(select(is_control) | {control: .cell.fails}),
	(.cell.options // {} | to_entries[] | {("option " + .key): .value}),
	(.facts[] | {("fact " + title): .value});

def property:
	to_entries[] | select(.value != null) |
	tag("property"; {name: .key, value: .value}) + "</property>";

def testcase($result):
	tag("testcase"; {name, classname: $result.name, time: "0.000"}),
	(select(.status == "fail") | ($result | if harness_error then "error" else "failure" end) as $kind |
		tag($kind; {message: (.why // $result.reason // ""), type: $result.verdict}) +
			($result.reason // "" | @html) + "</\($kind)>"),
	(select(.status == "skip") | tag("skipped"; {message: (.why // "")}) + "</skipped>"),
	"</testcase>";

def suite($id; $began):
	tag("testsuite"; {name, id: $id, package: "percpu_first_chunk",
		timestamp: (if .started > 0 then .started else $began end | time("%Y-%m-%dT%H:%M:%S")),
		hostname: "localhost"} + ([.] | counts)),
	"<properties>", (properties | property), "</properties>",
	(. as $result | all_tests[] | testcase($result)),
	(.log // empty | "<system-out>\(@html)</system-out>"),
	"</testsuite>";

read_results | began as $began |
"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
tag("testsuites"; {name: "percpu_first_chunk"} + counts),
(to_entries[] | .key as $id | .value | suite($id; $began)),
"</testsuites>"
