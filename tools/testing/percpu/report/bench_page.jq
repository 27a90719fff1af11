# SPDX-License-Identifier: GPL-2.0-only
# What bench.jq made, as a chart: a page that loads nothing. $css: the style of the report's page.
include "bench_views";

def bar($class; $value; $most):
	@html "<td class=\"number\">\($value | number)</td><td class=\"bars\"><i class=\"bar \($class)\" style=\"width:\(
		if $most > 0 then $value / $most * 100 else 0 end)%\"></i></td>";

# A model: a bar for each mapping, as long as its misses against the most of this model
def model_rows($model; $key):
	. as $all | [.mappings[] as $mapping | row("total"; $mapping) | rate($model; $key)] as $rates |
	"<tbody><tr><th scope=\"rowgroup\" rowspan=\"\($all.mappings | length)\">\($model)</th>",
	(range($rates | length) as $i | (if $i > 0 then "<tr>" else empty end) +
		@html "<th>\($all.mappings[$i])</th>" + bar($key; $rates[$i]; $rates | max) + "</tr>"),
	"</tbody>";

def chart($key; $title):
	@html "<section><h2>\($title)</h2><table class=\"chart\">",
	(.models[] as $model | model_rows($model; $key)), "</table></section>";

def operation_row($operation):
	. as $all | (row($operation; "embed")) as $embed | row($operation; "page") as $page |
	@html "<tr><th scope=\"row\">\($operation)</th><td>\(if $operation == "total" then "" else
		$embed | each | number end)</td><td>\(if $operation == "total" then "" else
		$page | each | number end)</td>" +
	([.models[] as $model | @html "<td>\($embed | rate($model; "l1") | number)</td><td>\(
		$page | rate($model; "l1") | number)</td>"] | join("")) + "</tr>";

def table:
	"<section><h2>Each operation: L1 misses per 1000 instructions, embed and page</h2><div class=\"scroll\"><table>",
	"<tr><th>operation</th><th colspan=\"2\">instructions each</th>" +
	([.models[] | @html "<th colspan=\"2\">\(.)</th>"] | join("")) + "</tr>",
	(. as $all | .operations[] as $operation | $all | operation_row($operation)),
	"</table></div></section>";

@html "<!DOCTYPE html>
<html lang=\"en\"><head><meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Cost of the page first chunk, \(.base)</title>
<style>", $css, "
.chart { width: 100%; max-width: 60rem; } .chart .bars { width: 60%; }
.bar { display: block; height: 1rem; background: var(--link); } .number { text-align: right; }
</style></head><body><header><h1>Cost of the page first chunk: \(.base | @html), sv39, 4 harts</h1>
<p class=\"note\">Misses of data TLBs for each 1000 instructions of the benchmark, by models of harts
(tools/tlb/models). A bar is as long as its value against the most of its model.</p></header><main>",
chart("l1"; "L1 misses"), chart("l2"; "Misses of the last level: walks"),
chart("walk_refs"; "Entries of page tables that walks read"), table, "</main></body></html>"
