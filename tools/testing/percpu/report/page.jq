# SPDX-License-Identifier: GPL-2.0-only
# results.json as one page that loads nothing, so that it can be mailed and kept. A result is shown
# while the address ends with its name, which takes no script. What @html interpolates is
# escaped; nothing else may put text of the results into the page.
# $css: the style; $commands: [{NAME: text of its cmd}]; $report: the directory of the report; $charts:
# the files of "make bench" in it, one a line
include "views";

def link($class; $text):
	@html "<a class=\"\($class)\" href=\"#\(.name | @uri)\" title=\"\(.name): \(.verdict)\(
		if .reason then ": " + .reason else "" end)\">\($text)</a>";

def symbol:
	{passed: "✓", failed: "✗", error: "!", skipped: "–"}[outcome];

def class:
	outcome + if is_control then " control" else "" end;

def word:
	if outcome == "passed" and is_control then "control: \(.cell.fails)"
	elif outcome == "passed" or outcome == "skipped" then outcome else .verdict end;

def pair($key; $value):
	if $value == null or $value == "" then empty
	else @html "<dt>\($key)</dt><dd>\($value)</dd>" end;

# {key, results} for each value of f, in the order in which they come
def groups(f):
	reduce (.[] | {key: f, result: .}) as $one ({order: [], by: {}};
		(if .by[$one.key] then . else .order += [$one.key] end) |
		.by[$one.key] += [$one.result]) |
	.by as $by | .order[] | {key: ., results: $by[.]};

# --- the matrix: what stands before and after .ALLOC.PAGING. in the name of a cell ---

def split_name:
	".\(alloc).\(.cell.paging)." as $middle | .name | split($middle);

def kernel:
	split_name | if length > 1 then .[0] else "other" end;

def machine:
	split_name[1:] | join(".");

def chip:
	link("badge " + class; symbol + " " + (if machine == "" then .name else machine end) +
		if outcome == "passed" or outcome == "skipped" then "" else ": " + .verdict end);

def matrix_row($alloc; $pagings):
	@html "<th scope=\"row\">\($alloc)</th>",
	(. as $results | $pagings[] | . as $paging |
		@html "<td data-paging=\"\($paging)\">" +
		([$results[] | select(.cell.paging == $paging) | chip] | join(" ")) + "</td>");

def matrix:
	(map(.cell.paging) | unique) as $pagings |
	"<table class=\"matrix\"><thead><tr><th>kernel</th><th>alloc</th>",
	($pagings[] | @html "<th scope=\"col\">\(.)</th>"), "</tr></thead>",
	(groups(kernel) | .key as $kernel | [.results | sort_by(.cell.alloc) | groups(alloc)] |
		@html "<tbody><tr><th class=\"kernel\" scope=\"rowgroup\" rowspan=\"\(length)\">\($kernel)</th>",
		(.[] | .key as $alloc | .results | matrix_row($alloc; $pagings), "</tr><tr>"),
		"</tr></tbody>"),
	"</table>";

# --- the picture of a machine ---

def ram: 2147483648;	# where the RAM of QEMU's virt machine starts

def number:
	ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + if $c > 96 then $c - 87 else $c - 48 end);

def hex:
	def digits: if . < 16 then [.] else (. / 16 | floor | digits) + [. % 16] end;
	"0x" + (digits | map("0123456789abcdef"[.:. + 1]) | join(""));

def size:
	def unit($names): if . >= 1024 and . % 1024 == 0 and ($names | length) > 1 then
		. / 1024 | unit($names[1:]) else "\(.) \($names[0])" end;
	unit(["bytes", "KiB", "MiB", "GiB", "TiB"]);

# "0:3 1:4" as {"0": "3", "1": "4"}
def pairs:
	. // "" | split(" ") | map(split(":") | select(length == 2) | {key: .[0], value: .[1]}) |
	from_entries;

# Each node with the gap before it, its number and the ids of its harts
def nodes:
	.machine as $machine |
	reduce $machine.nodes[] as $node ({nodes: [], harts: 0, top: 0};
		.harts as $first | .top as $top |
		.nodes += [$node + {number: (.nodes | length), ids: $machine.ids[$first:][:$node.harts],
			gap: (if $node.size > 0 then $node.start - $top else 0 end)}] |
		.harts += $node.harts |
		if $node.size > 0 then .top = $node.start + $node.size else . end) | .nodes;

# A CPU's unit belongs into the memory of its node, if that has any and the cell asks for it
def misplaced($cell; $nodes):
	.lies_in == null or (.node != null and .lies_in != .node and
		($cell.options // {} | .units != "any" and .numa != "off") and
		($nodes[.node] | . == null or .size > 0));

def units($nodes):
	.cell as $cell | (fact("cpu_hart") | pairs) as $hart | (fact("cpu_node") | pairs) as $node |
	[fact("cpu_unit") | pairs | to_entries[] |
		{cpu: .key, address: (.value | number), hart: $hart[.key],
			node: ($node[.key] | if . then tonumber else null end)} |
		.lies_in = ((.address - ram) as $offset | first($nodes[] |
			select($offset >= .start and $offset < .start + .size).number) // null) |
		.misplaced = misplaced($cell; $nodes)] | sort_by(.address);

def hart_box($cpus):
	$cpus[tostring] as $cpu |
	if $cpus == {} then @html "<i class=\"hart\" title=\"hart \(.)\">\(.)</i>"
	elif $cpu then @html "<i class=\"hart\" title=\"hart \(.) is CPU \($cpu)\">\(.)</i>"
	else @html "<i class=\"hart missing\" title=\"hart \(.): not online\">\(.)</i>" end;

def unit_box:
	@html "<i class=\"unit\(if .misplaced then " misplaced" else "" end)\" title=\"unit of CPU \(.cpu)\(
		if .node == null then "" else " of node \(.node)" end) at \(.address | hex)\(
		if .misplaced then ": not in the memory of its node" else "" end)\">\(
		if .misplaced then "!" else "" end)\(.cpu)</i>";

def unit_boxes:
	if length > 0 then "<p class=\"boxes\">units ", (.[] | unit_box), "</p>" else empty end;

def node_box($cpus; $units):
	.number as $number |
	(select(.gap > 0) | @html "<div class=\"gap\">\(.gap | size)</div>"),
	@html "<div class=\"node\" style=\"flex-grow:\([.size / 1048576, 1] | max)\"><b>node \($number): \(
		if .size > 0 then .size | size else "no memory" end)</b>",
	(select(.size > 0) |
		@html "<small>\(.start + ram | hex) – \(.start + .size + ram - 1 | hex)</small>"),
	"<p class=\"boxes\">harts ", (.ids[] | hart_box($cpus)), "</p>",
	($units | map(select(.lies_in == $number)) | unit_boxes), "</div>";

def unit_table:
	"<details><summary>The units as a table</summary><div class=\"scroll\"><table>",
	"<tr><th>CPU</th><th>hart</th><th>node</th><th>unit at</th><th>lies in</th></tr>",
	(.[] | @html "<tr><td>\(.cpu)</td><td>\(.hart // "?")</td><td>\(.node // "?")</td><td>\(
		.address | hex)</td><td>\(if .lies_in == null then "no node" else "node \(.lies_in)" end)\(
		if .misplaced then ", misplaced" else "" end)</td></tr>"),
	"</table></div></details>";

def picture:
	(.cell | nodes) as $nodes | units($nodes) as $units |
	(fact("cpu_hart") | pairs | with_entries({key: .value, value: .key})) as $cpus |
	($units | map(select(.lies_in == null))) as $nowhere |
	"<h3>Machine</h3><figure><div class=\"machine\">", ($nodes[] | node_box($cpus; $units)),
	(if $nowhere == [] then empty else
		"<div class=\"node\"><b>in no node</b>", ($nowhere | unit_boxes), "</div>" end),
	"</div><figcaption>Nodes are as wide as they have memory. In each its harts (dashed: not online) ",
	"and the per-CPU units that lie in it, by CPU (!: not in that CPU's node).</figcaption></figure>",
	(if $units == [] then empty else $units | unit_table end);

# --- one result ---

def about:
	"<dl>",
	(.cell // empty | pair("kernel"; .kernel), pair("machine"; .machine.name),
		pair("paging"; .paging), pair("percpu_alloc="; .alloc), pair("first chunk must be"; .chunk),
		(.options // {} | to_entries[] | pair(.key; .value))),
	(select(is_control) | pair("control, must fail with"; .cell.fails),
		pair("and print on the console"; .cell.console)),
	(select(.started > 0) | pair("started"; .started | time("%Y-%m-%d %H:%M:%S UTC")),
		pair("took"; "\(.seconds) s")),
	"</dl>";

def test_row:
	@html "<tr class=\"\(.status)\"><td>\({ok: "✓ ok", fail: "✗ failed", skip: "– skipped"}[.status])</td><td>\(
		.name)</td><td>\(if .status == "ok" then "" else .why // "" end)</td></tr>";

def test_table:
	"<div class=\"scroll\"><table class=\"tests\"><tr><th>result</th><th>test</th><th>why</th></tr>",
	(.[] | test_row), "</table></div>";

def tests:
	def n($status): map(select(.status == $status)) | length;
	select(. != []) | "<h3>Tests</h3>",
	(map(select(.status == "fail")) | select(. != []) | test_table),
	"<details><summary>All \(length): \(n("ok")) ok, \(n("fail")) failed, \(n("skip")) skipped</summary>",
	test_table, "</details>";

def facts:
	select(. != []) |
	"<h3>Facts that the guest stated</h3><table class=\"facts\">",
	(.[] | @html "<tr><th scope=\"row\">\(title)</th><td>\(.value)</td></tr>"), "</table>";

# What comes long before the splat, or before the end, is folded
def console:
	(.splat // "" | rtrimstr("\n")) as $splat |
	select(.log) | .log | rtrimstr("\n") | split("\n") |
	(if $splat == "" then null else index([$splat]) end) as $at |
	(if $at then $at - 5 else length - 30 end | [., 0] | max) as $start |
	"<h3>Console</h3>",
	(select($start > 0) | @html "<details><summary>\($start) lines before</summary><pre>\(
		.[:$start] | join("\n"))</pre></details>"),
	"<pre class=\"console\">" + if $at then @html "\(.[$start:$at] | map(. + "\n") | join(""))<mark>\(
		.[$at])</mark>\(.[$at + 1:] | join("\n"))" else @html "\(.[$start:] | join("\n"))" end + "</pre>";

# What has no meaning for a shell needs no quotes
def word_of_shell:
	if test("[^A-Za-z0-9._@+,=/-]") then @sh else . end;

# A user's tree is known by its name alone
def make_boot:
	"CELL=\(.name | word_of_shell)" + if is_release then " BASE=\(base)" else " KSRC=..." end;

def commands:
	.name as $name | .cell.kernel as $kernel | make_boot as $cell |
	"<h3>Repeat it</h3>",
	@html "<pre>make boot \($cell)</pre>",
	($commands[0][$name] // empty |
		@html "<details><summary>QEMU's command line, cmd</summary><pre>\(.)</pre></details>"),
	(select(outcome == "failed") | "<h3>Debug it</h3>",
		@html "<pre>make boot GDB=1 \($cell)</pre>",
		(.dir | select(. and ($report | test("/report$"))) | word_of_shell) as $dir |
		($report | rtrimstr("report") | word_of_shell) as $out |
		($out + (base_dir | word_of_shell)) as $base |
		@html "<p>Source lines, if the console above has none:</p>
<pre>\($base)/tree/scripts/decode_stacktrace.sh \($base)/kernels/\($kernel | word_of_shell)/vmlinux \\
	&lt;\($out)report/\($dir)/console.log</pre>");

def section:
	@html "<section class=\"result \(class)\" id=\"\(.name)\"><h2>\(.name)</h2>
<p><span class=\"badge \(class)\">\(symbol) \(word)</span> \(.reason // "")</p>",
	about, (select(.cell) | picture), (.tests | tests), console, (.facts | facts),
	(select(.cell) | commands), "<p><a href=\"#page-top\">Back to all results</a></p></section>";

def header:
	map(.started + .seconds) as $ends | began as $began |
	@html "<header id=\"page-top\"><h1>Page first chunk for per-CPU memory: results</h1>
<p class=\"summary\" id=\"page-summary\">\(summary)</p>",
	(select($began > 0) | @html "<p>Started \($began | time("%Y-%m-%d %H:%M:%S UTC")), took \(
		$ends | max - $began | round) s.</p>"),
	($charts | split("\n")[] | @html "<p><a href=\"\(@uri)\">Cost of the page first chunk, \(
		ltrimstr("bench.") | rtrimstr(".html"))</a></p>"),
	"<ul class=\"failures\">",
	(.[] | select(.verdict != "pass") |
		"<li>" + link("name"; .name) + @html ": \(.verdict)\(if .reason then ": " + .reason else "" end)</li>"),
	"</ul></header>";

def documents:
	map(select(.cell | not)) | select(. != []) |
	"<section id=\"page-documents\"><h2>Other tests</h2><p class=\"chips\">",
	(.[] | link("badge " + class; "\(symbol) \(.name), \(.tests | length) tests")), "</p></section>";

read_results |
@html "<!DOCTYPE html>
<html lang=\"en\"><head><meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Page first chunk: \(summary)</title>
<style>", $css, "</style></head><body>",
header,
"<main><section id=\"page-matrix\"><h2>Cells</h2>
<p class=\"note\">One boot each: a kernel on a machine, by percpu_alloc= (auto: none given) and paging mode.
Dashed: a control, a kernel without one of the changes, which passes when it fails in the way that is named.</p>",
(map(select(.cell)) | matrix), "</section>",
documents, (.[] | section), "</main></body></html>"
