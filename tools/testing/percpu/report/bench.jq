# SPDX-License-Identifier: GPL-2.0-only
# What the first chunk costs, of two reports of tools/tlb: the benchmark in embed and in page mode.
# $embed, $page: [the report]; $names: the guest's fact "operations", "1:syscall 2:pipe ...";
# $base: the kernels' base. "rows" has one for each operation, and the total, with each mapping of
# the first chunk: counts on all harts.

def mappings:
	[{mapping: "embed", report: $embed[0], view: "tables"},
	 ($page[0] | .views[] as $view |
		{mapping: (if $view == "tables" then "page" else "page, " + ($view | split(":")[1]) end),
		 report: ., $view})];

def add_counts:
	reduce .[] as $one ({l1: 0, l2: 0, walk_refs: 0};
		.l1 += $one.l1 | .l2 += $one.l2 | .walk_refs += $one.walk_refs);

# Of operations: counts of a model in a view, over the areas that f selects
def misses($model; $view; f):
	[.[].areas | to_entries[] | select(.key | f) | .value[$view][$model]] | add_counts;

def row($name; $mapping):
	. as $operations | $mapping.report.models |
	{operation: $name, mapping: $mapping.mapping,
	 times: ($operations | map(.times) | add),
	 instructions: ($operations | map(.instructions) | add),
	 accesses: ([$operations[].areas[].accesses] | add),
	 of_first_chunk: ([$operations[].areas.first_chunk // empty | .accesses] | add // 0),
	 models: (map({key: ., value: (. as $model | $operations |
		misses($model; $mapping.view; true) + {of_first_chunk:
			misses($model; $mapping.view; . == "first_chunk").l1})}) | from_entries)};

($names | split(" ") | map(split(":") | {key: .[0], value: .[1]}) | from_entries) as $name_of |
mappings as $mappings |
{base: $base, models: $embed[0].models, mappings: ($mappings | map(.mapping)),
 operations: ([$name_of[]] + ["total"]),
 rows: [$mappings[] as $mapping | [$mapping.report.operations[] | select(.number > 0)] |
	(.[] | [.] | row($name_of[.[0].number | tostring]; $mapping)), row("total"; $mapping)]}
