# SPDX-License-Identifier: GPL-2.0-only
# What the views of bench.jq share.

# Four digits, and at most three after the point
def round_to($digits):
	pow(10; $digits) as $scale | . * $scale | round / $scale | tostring |
	if $digits == 0 then . else
		(split(".") | .[0] + "." + (.[1] // "" | . + "0" * ($digits - length))) end;
def number: if . >= 1000 then round_to(0) elif . >= 10 then round_to(1) else round_to(3) end;

def row($operation; $mapping):
	first(.rows[] | select(.operation == $operation and .mapping == $mapping));

# For each 1000 instructions
def rate($model; $key): .models[$model][$key] * 1000 / .instructions;
def each: .instructions / .times;
