# SPDX-License-Identifier: GPL-2.0-only
# Concludes from the boots of a kernel, results.json, what it has and what it gets wrong: {status,
# lines} for a screen. The facts that the guest states count. Where it states none the kernel's
# messages are read, and such values are marked. What no boot can show, or this kernel did not
# show, is reported as not known.
#
# $name: what the user calls the kernel; $console: lines CELL<tab>KIND<tab>TEXT. $allocator,
# $online and $shmem: the instructions of pcpu_page_first_chunk(), pv_time_cpu_online() and
# sbi_sta_steal_time_set_shmem(), empty where not known. QEMU caches no invalid translation, so no
# boot shows a missing flush, and without KVM no boot shows the address that steal time passes.
include "views";

def lacks($change): "lacks riscv-" + $change;

# --- what one boot shows ---

# How many CPUs are in a list as in /sys/devices/system/cpu/online
def weight:
	if test("^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$") then
		[split(",")[] | split("-") | map(tonumber) | .[-1] - .[0] + 1] | add
	else 0 end;

def stated($key):
	fact($key) // "";

def lines($kind):
	"\(.name)\t\($kind)\t" as $start |
	[$console | split("\n")[] | select(startswith($start)) | .[$start | length:]];

# The last message that matches
def said($regex):
	[lines("message")[] | capture($regex)] | last // {};

def stamp:
	"^\\[ *[0-9.]+\\](\\[ *[TC][0-9]+\\])? ?";

def read_facts:
	said("percpu: (Embedded (?<embed>[0-9]+)|(?<page>[0-9]+) 4K) pages/cpu") as $chunk |
	said("smp: Brought up [0-9]+ [^ ]+ (?<online>[0-9]+) CPU") as $smp |
	(first(lines("message")[] | select(contains("Linux version "))) // "") as $banner |
	stated("cpus_online") as $online | stated("first_chunk") as $kind | . + {
		harts: ([stated("cpus_possible") | weight | select(. > 0)] + [.cell.machine.harts] | min),
		online: (if $online != "" then $online | weight else $smp.online // "0" | tonumber end),
		chunk: (if $kind != "" then $kind elif $chunk.embed then "embed"
			elif $chunk.page then "page" else "" end),
		pages: (fact("first_chunk_pages") // $chunk.embed // $chunk.page),
		paging: stated("paging"),
		units: "not stated",
		from_messages: ($online == "" and $smp.online != null or $kind == "" and $chunk != {}),
		version: ($banner | sub("^.*?Linux version "; "")),
		unstamped: ($banner != "" and ($banner | startswith("[") | not)),
		last: lines("last")[0],
		from_log: (lines("from-log") != []),
		panic: any(lines("message")[]; test(stamp + "Kernel panic - not syncing")),
		splat: (.splat // "" | sub(stamp; "")),
		asked: .cell.alloc,
		wrong: []
	} |
	# A kernel without the paging mode of the cell takes a smaller one, with other limits
	if .asked == "" and (.paging == "" or .paging == .cell.paging) then .due = .cell.chunk
	else . end;

# CONFIG_CMDLINE_FORCE puts another command line in place of ours
def ignores_cmdline:
	stated("percpu_requested") as $requested |
	$requested != "" and $requested != if .asked == "" then "none" else .asked end;

# Why a part of the verdict failed, null if it did not
def why($part):
	first(.tests[] | select(.status == "fail" and .name == $part).why) // null;

def is_wrong($what):
	if $what then .wrong += [$what] else . end;

# With CPUs missing, the facts about places only repeat that
def judge_places:
	why("each unit in the memory of its node") as $unit | stated("cpu_unit") as $units |
	if stated("cpu_node") == "none" then .units = "no nodes"
	elif stated("cpu_node") == "" or .online != .cell.machine.harts then .
	else is_wrong(why("each CPU on its node")) |
		if $units == "" or $units == "none" then .
		else .units = (if $unit then "misplaced" else "node-local" end) | is_wrong($unit) end
	end;

# The first test, "facts", only states them: what it cannot state is not wrong
def judge_tests:
	[.tests[] | select(.status == "fail" and (.name | startswith("facts") | not)) | . as $test |
		.why // "" | select(. == $test.name or startswith($test.name + ": "))] as $failed |
	is_wrong(if $failed == [] then null
		else "\($failed | length) tests in the guest failed, first \($failed[0])" end);

# Without an initramfs there is no init of ours that could state anything
def judge_end:
	if .panic and (.splat | test("Unable to mount root fs|No working init found|Requested init "))
	then . + {panic: false, unfinished: true, last: .splat, splat: ""}
	elif .panic then is_wrong("panics: " + .splat)
	elif harness_error then .error = true
	elif .verdict == "timeout" then .late = true
	elif .verdict | IN("silence", "flood", "no-result") then .unfinished = true
	else judge_places | judge_tests end |
	is_wrong(if .panic or .splat == "" then null else "says: " + .splat end);

def observe:
	read_facts |
	if ignores_cmdline then . + {ignores_cmdline: true, chunk: "", error: harness_error}
	else .answered = .whole |
		is_wrong(if .online > 0 and .online < .harts then
			"\(.online) of \(.harts) harts come online" else null end) |
		judge_end
	end | .lost = (.online > 0 and .online < .harts);

# --- all boots ---

def some(f): any(.[]; f);
def number(f): map(select(f)) | length;

def unasked:
	if .asked == "embed" and .chunk == "page" then
		"percpu_alloc=embed was asked for, and the first chunk is page"
	elif .due == "embed" and .chunk == "page" then
		"page is chosen on nodes that are near enough for embed"
	else null end;

# That a kernel has no page first chunk at all is reported once, of all boots
def unheeded:
	if .asked == "page" and .chunk == "embed" then
		"percpu_alloc=page was asked for, and the first chunk is embed"
	elif .due == "page" and .chunk == "embed" then
		"embed stays on nodes that are too far apart for it"
	else null end;

def judge_boot($all):
	# With FLATMEM, which needs no nodes, far memory is beyond what a kernel can describe
	if .asked == "" and .panic and ($all | some(.units == "no nodes")) then
		. + {wrong: [], panic: false, splat: "", unfinished: true,
			excuse: "a kernel without NUMA need not boot where nodes are far apart"}
	else is_wrong(unasked) |
		is_wrong(if $all | some(.chunk == "page") then unheeded else null end) |
		# A kernel that never answers may have neither our console nor an initramfs
		is_wrong(if .unfinished and ($all | some(.answered)) then
			"does not come to its end: \(.verdict): \(.reason)" else null end)
	end;

def symbol($symbols; $name):
	[$symbols // "" | capture("(^| )\($name):(?<type>.):(?<start>-?[^- ]+)-")][0] //
		{type: "", start: "0x0"};

# The target of a call, or objdump's comment with it, ends the line
def calls($code; $symbol):
	$symbol.start != "0x0" and ($code | test("[^0-9a-z]\($symbol.start)\n"));

# What its symbols and its code show
def read_kernel:
	(first(.[] | fact("symbols") | select(. != null)) // null) as $symbols |
	symbol($symbols; "per_cpu_ptr_to_phys") as $translation | {
		listed: ($symbols != null),
		boot_data: symbol($symbols; "boot_data").type,
		allocator: symbol($symbols; "pcpu_page_first_chunk").type,
		flushes: ($allocator | test("sfence\\.vma") or any("local_flush_tlb_all",
			"local_flush_tlb_kernel_range", "flush_tlb_all", "flush_tlb_kernel_range";
			calls($allocator; symbol($symbols; .)))),
		kasan: symbol($symbols; "kasan_report").type,
		hook: symbol($symbols; "kasan_populate_early_vm_area_shadow").type,
		steal_time: symbol($symbols; "pv_time_init").type,
		# The compiler may have put what passes the address to SBI into its caller
		translates: (calls($online; $translation) or calls($shmem; $translation))
	};

# --- findings, each of all boots ---

def says($text): {$text};
def wrong($text): {text: "WRONG: \($text)", wrong: true};
def unknown($why): {text: "not known: \($why)"};
def unlisted: unknown("the kernel lists no symbols (KALLSYMS)");

def page_first_chunk:
	if some(.asked == "page" and .chunk == "page") then
		says("yes: percpu_alloc=page gives it in \(number(.asked == "page" and .chunk == "page")) of \(
			number(.asked == "page")) boots")
	elif some(.asked == "page" and .panic) and (some(.asked == "embed" and .panic) | not) then
		wrong("the kernel panics when percpu_alloc=page asks for it")
	elif some(.asked == "page" and .chunk == "embed") | not then
		unknown("no boot with percpu_alloc=page got that far")
	elif some(.asked == "page" and .units == "no nodes") then
		says("no: percpu_alloc=page is ignored; the kernel has no nodes (NUMA=y)")
	elif some(.asked == "page" and .answered) then
		wrong(lacks("percpu-page-first-chunk") + ": percpu_alloc=page is ignored")
	else says("no: percpu_alloc=page is ignored; whether NUMA=y is not known") end;

def fallback:
	if some(.due == "page" and .chunk == "page") then
		says("yes: where the nodes are too far apart for embed, in \(
			number(.due == "page" and .chunk == "page")) of \(number(.due == "page")) boots")
	elif some(.due == "page" and .chunk == "embed") | not then
		unknown("no boot on such a machine got that far")
	elif some(.chunk == "page") then
		wrong("embed stays where the nodes are too far apart for it")
	else says("no: there is no page first chunk to fall back to") end;

# Harts that are missing with embed too say nothing about boot_data
def boot_data($type):
	($type | ascii_downcase == "b") as $static |
	(first(.[] | select(.chunk == "page" and .lost)) // null) as $lost |
	"\($lost.online) of \($lost.harts) harts start in page mode" as $few |
	if some(.chunk == "embed" and .lost) then
		wrong("harts are missing, and not in page mode alone")
	elif $lost and $static then wrong($few + ", though boot_data is static")
	elif $lost then wrong(lacks("cpu_ops_sbi-boot_data") + ": " + $few)
	elif some(.chunk == "page" and .online > 0) then
		says("yes: every hart starts, in page mode too (\(
			number(.chunk == "page" and .online > 0)) boots)")
	elif $static then says("yes: boot_data is static; no boot was in page mode")
	elif $type != "" then says(lacks("cpu_ops_sbi-boot_data") + ": page mode would lose harts")
	else unknown("no boot has started harts in page mode") end;

def early_flush($kernel):
	if $kernel.listed | not then unlisted
	elif $kernel.allocator == "" then unknown("there is no pcpu_page_first_chunk() to look at")
	elif $allocator == "" then unknown("where pcpu_page_first_chunk() is in the Image")
	elif $kernel.flushes then says("yes: by the code of pcpu_page_first_chunk()")
	else wrong("lacks mm-flush_cache_vmap_early: pcpu_page_first_chunk() flushes no TLB") end;

def kasan_hook($kernel):
	if $kernel.listed | not then unlisted
	elif $kernel.kasan == "" then unknown("the kernel is built without KASAN")
	# Then it has the hook, whatever its name
	elif some(.chunk == "page" and .answered) then
		says("yes: the kernel has KASAN and runs in page mode")
	elif $kernel.hook | ascii_downcase != "w" then unknown("no boot came to its end in page mode")
	elif $kernel.allocator != "" then
		wrong("lacks half of riscv-percpu-page-first-chunk: no shadow for page units")
	else says(lacks("percpu-page-first-chunk") + ": no shadow for page units") end;

def node_local_units:
	if some(.units == "misplaced") then
		wrong((if some(.chunk == "page") then "" else lacks("percpu-page-first-chunk") + ": " end) +
			"units are not in their nodes' memory")
	elif some(.units == "node-local") then
		says("yes: each is in the memory of its CPU's node (\(number(.units == "node-local")) boots)")
	elif some(.units == "no nodes") then says("no: the kernel has no nodes (NUMA=y)")
	else unknown("no boot has stated where they are (KEXEC=y)") end;

def steal_time($kernel):
	(lacks("paravirt-steal_time-phys") + ": no call of per_cpu_ptr_to_phys()") as $lacks |
	if $kernel.listed | not then unlisted
	elif $kernel.steal_time == "" then says("not built in")
	elif $online == "" then unknown("where pv_time_cpu_online() is in the Image")
	elif $kernel.translates then
		says("yes: by its code, which calls per_cpu_ptr_to_phys(); it takes KVM to run")
	elif $kernel.allocator != "" then wrong($lacks)
	else says($lacks) end;

def splats:
	if some(.version != "") | not then unknown("the kernel has printed nothing")
	elif some(.unstamped) then
		unknown("the kernel's messages have no time stamps (PRINTK_TIME=y)")
	elif some(.splat != "") then wrong("in \(number(.splat != "")) of \(length) boots")
	else says("none in \(length) boots") end;

# --- the screen ---

# One that fits, whatever the text
def line:
	explode | map(if . < 32 or . > 126 then 63 else . end) | implode |
	if length > 100 then .[:97] + "..." else . end | sub(" +$"; "");

def pad($width):
	. + "                  "[[length, $width] | min:$width];

def named($what; $text):
	($what | pad(18)) + $text;

def head:
	named("survey of"; $name),
	named("Linux version"; first(map(.version)[] | select(. != "")) // "not seen"),
	if some(.from_log and .answered) then
		named("results"; "from the kernel's log: it has no virtio port")
	elif some(.answered) then named("results"; "from a virtio port")
	else named("results"; "none: the tests have not run (is BLK_DEV_INITRD=y?)"),
		named("console's last"; first(.[].last) // "") end;

# Below a boot: the first line of what is wrong, or why it is not judged
def remark:
	"  not judged: \(.excuse // .reason)" as $not_judged |
	if (.wrong | length) > 1 then "  \(.wrong[0]) (and \((.wrong | length) - 1) more)"
	elif .wrong != [] then "  " + .wrong[0]
	elif .ignores_cmdline then "  not judged: percpu_alloc= is not passed on (CMDLINE_FORCE=y)"
	elif .late then $not_judged + "; TIMEOUT= allows more"
	elif .error or .unfinished then $not_judged
	else empty end;

def boot:
	(if .from_messages then "*" else "" end) as $mark |
	(.seconds + 0.5 | floor | tostring) as $seconds |
	(.cell.machine.name | pad(9)) + (.cell.paging | pad(8)) +
	(if .asked == "" then "-" else .asked end | pad(14)) +
	(if .paging == "" then "?" else .paging end | pad(8)) +
	(if .online == 0 then "?" else "\(.online) of \(.cell.machine.harts)\($mark)" end | pad(11)) +
	(if .chunk == "" then "?" else "\(.chunk), \(.pages // 0) pages\($mark)" end | pad(18)) +
	(.units | pad(12)) + ("" | pad(4 - ($seconds | length))) + $seconds + " s" +
	(if .wrong == [] then "" else "  WRONG" end);

def table:
	"machine  offers  percpu_alloc= paging  harts      first chunk       units         time",
	(.[] | boot, remark),
	if some(.from_messages) then
		"* taken from the kernel's messages: the guest has not stated it"
	else empty end;

def findings:
	read_kernel as $kernel | {
		"page first chunk": page_first_chunk,
		"fallback to page": fallback,
		"harts, boot_data": boot_data($kernel.boot_data),
		"early flush": early_flush($kernel),
		"KASAN hook": kasan_hook($kernel),
		"node-local units": node_local_units,
		"steal time": steal_time($kernel),
		"splats": splats
	};

# 0 nothing wrong was seen, 1 something was, 2 a boot could not be run, was not left whole or took
# too long, 4 this kernel cannot be judged
def conclusion($findings):
	if some(.error) then [2, "not every boot could be judged: see above"]
	elif any($findings[]; .wrong) or some(.wrong != []) then
		[1, "something wrong was seen; make series KSRC= adds what a tree lacks"]
	elif (some(.answered) | not) or some(.ignores_cmdline) then
		[4, "too little was seen to judge this kernel"]
	elif some(.late) then [2, "not every boot could be judged: see above"]
	else [0, "nothing wrong was seen in \(length) boots"] end;

read_results | map(observe) | . as $all | map(judge_boot($all)) |
findings as $findings | conclusion($findings) as [$status, $text] | {
	status: $status,
	lines: [head, "", table, "",
		($findings | to_entries[] | named(.key; .value.text)), "", $text] | map(line)
}
