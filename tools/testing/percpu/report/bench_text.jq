# SPDX-License-Identifier: GPL-2.0-only
# What bench.jq made, as tables for a terminal.
include "bench_views";

def blanks($number): if $number > 0 then " " * $number else "" end;
def pad($width): tostring | blanks($width - length) + .;
def name($width): tostring | . + blanks($width - length);

# Embed, page, and page against embed
def compare($operation; f):
	[row($operation; "embed"), row($operation; "page") | f] |
	(.[] | number | pad(9)), (if .[0] > 0 then .[1] / .[0] | round_to(2) else "-" end | pad(7));

def total_row($model; $mapping):
	row("total"; $mapping) as $row | row("total"; "embed") as $embed |
	"  \($model | name(8))\($mapping | name(12))" + ([("l1", "l2", "walk_refs") as $key |
		($row | rate($model; $key) | number | pad(10)),
		(if ($embed | rate($model; $key)) > 0
		 then ($row | rate($model; $key)) / ($embed | rate($model; $key)) | round_to(2)
		 else "-" end | pad(7))] | join(""));

"\(.base), sv39, 4 harts: data TLB misses per 1000 instructions, and against embed",
"",
"  model   mapping      L1 misses          L2 misses          walk references",
(.models[] as $model | .mappings[] as $mapping | total_row($model; $mapping)),
"",
"Instructions for each operation",
"",
"  operation         embed     page  ratio",
(. as $all | .operations[] | select(. != "total") | . as $operation |
	"  \(name(14))" + ([$all | compare($operation; each)] | join(""))),
(. as $all | .models[] | . as $model |
	"",
	"\($model), per 1000 instructions",
	"",
	"                       L1 misses                L2 misses          walk references",
	"  operation         embed     page  ratio    embed     page  ratio    embed     page  ratio",
	($all.operations[] | . as $operation | "  \(name(14))" + ([("l1", "l2", "walk_refs") as $key |
		$all | compare($operation; rate($model; $key))] | join(""))))
