# SPDX-License-Identifier: GPL-2.0-only
# What the views of results.json share. Any string in it may hold anything.

# U+FFFD for the characters that XML, HTML and KCIDB cannot hold
def clean:
	explode | map(if . >= 32 and . != 65534 and . != 65535 or . == 9 or . == 10 then .
		else 65533 end) | implode;

def read_results:
	if type == "object" and (.results | type) == "array" and all(.results[];
			(.name, .verdict | type) == "string" and (.tests, .facts | type) == "array")
	then .results | walk(if type == "string" then clean
		elif type == "object" then with_entries(.key |= clean) else . end)
	else error("not results.json of percpu-qemu") end;

# Not the kernel's fault
def harness_error:
	.verdict == "harness" or .verdict == "crash";

def outcome:
	if harness_error then "error" elif .verdict != "pass" then "failed"
	elif .skipped then "skipped" else "passed" end;

def is_control:
	.cell != null and .cell.fails != "pass";

# The last line of make check
def summary:
	def n($want): map(select(outcome == $want)) | length;
	"\(n("passed")) passed, \(n("failed") + n("error")) failed, \(n("skipped")) skipped";

# When the first result began, in seconds since 1970
def began:
	map(.started | select(. > 0)) | min // 0;

def time($format):
	floor | strftime($format);

# The name of a cell is BASE.KERNEL.REST
def base:
	.cell.kernel as $kernel | .name | split(".\($kernel).")[0];

def rest:
	base as $base | .cell.kernel as $kernel | .name |
		if . == $base then . else .[($base + $kernel | length) + 2:] end;

def is_release:
	base | test("^([0-9.]+|mainline)$");

# Where its tree and kernels are, below O=
def base_dir:
	if is_release then "" else "ksrc/" end + base;

def alloc:
	if .cell.alloc == "" then "auto" else .cell.alloc end;

# A fact of each generation has a name of its own
def title:
	.key + if .generation > 0 then " after kexec \(.generation)" else "" end;

# What the first kernel stated
def fact($key):
	first(.facts[] | select(.generation == 0 and .key == $key).value) // null;
