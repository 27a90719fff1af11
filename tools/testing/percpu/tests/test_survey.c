// SPDX-License-Identifier: GPL-2.0-only
/* What is told of a kernel, from made-up boots of it. */
#include "made_up.h"
#include "survey.h"

#define STAMP		"[    0.000000] "
#define OPENSBI		"OpenSBI v1.6\n"
#define VERSION		STAMP "Linux version 6.6.0-vendor (cc 1.0)\n"
#define EMBED_LINE	STAMP "percpu: Embedded 33 pages/cpu s95704 r8192 d31272 u135168\n"
#define PAGE_LINE	STAMP "percpu: 31 4K pages/cpu s95704 r8192 d23080\n"
#define UNKNOWN_LINE	STAMP "percpu: unknown allocator page specified\n"
#define OFFLINE_LINE	STAMP "CPU1: failed to come online\n"
#define PANIC_LINE	STAMP "Kernel panic - not syncing: Fatal exception\n"

/* Machine "two" of made_up.h: 4 harts, of which hart 0 is on node 0 */
#define NODES		"0:0 1:1 2:1 3:1"
#define NEAR_UNITS	"0:0x80001000 1:0x16a0001000 2:0x16a0002000 3:0x16a0003000"
#define FAR_UNITS	"0:0x80001000 1:0x80002000 2:0x80003000 3:0x80004000"

/* The kernel: at 4 a function with a flush, at 10 one that calls it, of 6 bytes each */
static const uint8_t code[] = {
	0, 0, 0, 0,
	0x73, 0x00, 0x00, 0x12, 0x82, 0x80,	/* sfence.vma; ret */
	0xef, 0xf0, 0xbf, 0xff, 0x82, 0x80,	/* jal . - 6; ret */
};

#define LACKS_HOOK \
	"  # fact symbols kasan_report:T:0x4-0x8 pcpu_page_first_chunk:T:0x4-0xa " \
	"kasan_populate_early_vm_area_shadow:W:0x4-0x8\n"
#define PV	"  # fact symbols pv_time_init:t:0x4-0x8"
#define ONLINE	" pv_time_cpu_online:t:0x4-0xa"
#define ONLINE_CALLS	" pv_time_cpu_online:t:0xa-0x10"
#define SHMEM_CALLS	" sbi_sta_steal_time_set_shmem:t:0xa-0x10"
#define TO_PHYS	" per_cpu_ptr_to_phys:T:0x4-0xa"
#define CALLER	"  # fact symbols pcpu_page_first_chunk:t:0xa-0x10"

static struct made_up made;
static struct survey survey;
static char *screen;
static char *image;

/* What a guest states in a boot */
struct guest {
	const char *online;
	const char *chunk;
	const char *nodes;
	const char *units;
	const char *more;	/* results of further tests */
	const char *symbols;	/* the fact, with its line */
};

static const struct guest good_embed = { "0-3", "embed", NODES, NEAR_UNITS, "", "" };
static const struct guest good_page = { "0-3", "page", NODES, NEAR_UNITS, "", "" };

static char *make_document(const char *cell, const struct guest *guest)
{
	return xasprintf("KTAP version 1\n# cell %s\n1..%d\n  KTAP version 1\n  1..1\n"
			 "  # fact cpus_online %s\n  # fact cpus_possible 0-4\n"
			 "  # fact cpu_hart 0:0 1:2 2:3 3:7\n  # fact cpu_node %s\n"
			 "  # fact cpu_unit %s\n  # fact paging sv39\n"
			 "  # fact first_chunk %s\n  # fact first_chunk_pages 31\n"
			 "%s  ok 1 facts\nok 1 facts\n%s# done\n",
			 cell, *guest->more ? 2 : 1, guest->online, guest->nodes, guest->units,
			 guest->chunk, guest->symbols, guest->more);
}

/* As the guest writes it into the kernel's log, every line in two parts */
static char *make_log(const char *document)
{
	char *text = xasprintf("%s", ""), *longer;
	size_t len;

	for (; *document; document += len + 1) {
		len = strcspn(document, "\n");
		longer = xasprintf("%s" STAMP "percpu.result+ %.*s\r\n"
				   "[    2.0] a message\r\n" STAMP "percpu.result: %.*s\r\n",
				   text, (int)(len / 2), document, (int)(len - len / 2),
				   document + len / 2);
		free(text);
		text = longer;
	}
	return text;
}

static struct result *add_boot(const char *alloc, const char *machine, const char *chunk,
			       enum verdict verdict)
{
	struct result *result = add_cell(&made.report, machine, verdict, "the reason");

	strcpy(result->cell->alloc, alloc);
	strcpy(result->cell->chunk, chunk);
	snprintf(result->cell->name, sizeof(result->cell->name), "%s.%s",
		 *alloc ? alloc : "auto", machine);
	free(result->name);
	result->name = xasprintf("%s", result->cell->name);
	return result;
}

static void leave_text(const struct result *result, const char *name, const char *text)
{
	leave_file(&made, result->name, name, text, strlen(text));
}

/* A boot whose results came over the port */
static void boot(const char *alloc, const char *machine, const char *due,
		 const struct guest *guest, const char *messages)
{
	struct result *result = add_boot(alloc, machine, due, VERDICT_PASS);
	char *document = make_document(result->name, guest);
	char *console = xasprintf(OPENSBI VERSION "%s", messages);

	leave_text(result, "result.ktap", document);
	leave_text(result, "console.log", console);
	free(console);
	free(document);
}

/* A boot that has left nothing but what is on its console */
static void boot_silent(const char *alloc, enum verdict verdict, const char *console)
{
	struct result *result = add_boot(alloc, "two", *alloc ? alloc : "page", verdict);
	char *text = xasprintf(OPENSBI "%s", console);

	leave_text(result, "result.ktap", "");
	leave_text(result, "console.log", text);
	free(text);
}

/* Reads all boots and keeps what is on the screen */
static int look(void)
{
	size_t size;
	FILE *file = open_memstream(&screen, &size);

	adopt(&made);
	survey_read(&survey, &made.runs, image);
	survey_print(file, &survey, "vendor.deb");
	fclose(file);
	return survey_exit_status(&survey);
}

static int set_up(void **state)
{
	made = make_up();
	image = make_file(code, sizeof(code));
	screen = NULL;
	survey = (struct survey){ 0 };
	return 0;
}

static int tear_down(void **state)
{
	survey_free(&survey);
	free(screen);
	drop_file(image);
	drop_made_up(&made);
	return 0;
}

static void boot_good(void)
{
	boot("embed", "two", "embed", &good_embed, EMBED_LINE);
	boot("page", "two", "page", &good_page, PAGE_LINE);
	boot("", "two", "page", &good_page, PAGE_LINE);
}

static void test_good(void **state)
{
	boot_good();
	assert_int_equal(look(), 0);
	assert_contains(screen, "survey of         vendor.deb\n");
	assert_contains(screen, "Linux version     6.6.0-vendor (cc 1.0)\n");
	assert_contains(screen, "results           from a virtio port\n");
	assert_contains(screen, "two      sv39    page          sv39    4 of 4     page, 31 pages");
	assert_contains(screen,
			"page first chunk  yes: percpu_alloc=page gives it in 1 of 1 boots");
	assert_contains(screen, "fallback to page  yes: ");
	assert_contains(screen,
			"harts, boot_data  yes: every hart starts, in page mode too (2 boots)");
	assert_contains(screen,
			"node-local units  yes: each is in the memory of its CPU's node (3 boots)\n");
	assert_contains(screen, "splats            none in 3 boots");
	assert_contains(screen, "nothing wrong was seen in 3 boots");
	assert_lacks(screen, "WRONG");
	assert_lacks(screen, "*");
}

static void test_without_boot_data(void **state)
{
	const struct guest lost = { "0", "page", NODES, NEAR_UNITS, "", "" };

	boot("embed", "two", "embed", &good_embed, EMBED_LINE);
	boot("page", "two", "page", &lost, PAGE_LINE OFFLINE_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "1 of 4     page, 31 pages    not stated");
	assert_contains(screen, "  1 of 4 harts come online (and 1 more)\n");
	assert_contains(screen,
			"harts, boot_data  WRONG: lacks riscv-cpu_ops_sbi-boot_data: 1 of 4 harts start in page mode\n");
	assert_contains(screen, "something wrong was seen;");
}

/* Then it is something else that keeps them */
static void test_harts_missing_otherwise(void **state)
{
	const struct guest lost = {
		"0", "page", NODES, NEAR_UNITS, "", "  # fact symbols boot_data:b:0x0-0x0\n",
	};

	boot("page", "two", "page", &lost, PAGE_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen,
			"harts, boot_data  WRONG: 1 of 4 harts start in page mode, though boot_data is static\n");
	assert_lacks(screen, "lacks riscv-cpu_ops_sbi-boot_data");
}

static void test_harts_missing_anyway(void **state)
{
	const struct guest page = { "0-2", "page", NODES, NEAR_UNITS, "", "" };
	const struct guest embed = { "0-2", "embed", NODES, NEAR_UNITS, "", "" };

	boot("embed", "two", "embed", &embed, EMBED_LINE);
	boot("page", "two", "page", &page, PAGE_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen,
			"harts, boot_data  WRONG: harts are missing, and not in page mode alone");
	assert_lacks(screen, "lacks riscv-cpu_ops_sbi-boot_data");
}

/* What is lacking is said once, and the message about percpu_alloc= is no splat */
static void test_lacks_page(void **state)
{
	const struct guest guest = {
		"0-3", "embed", NODES, NEAR_UNITS, "", "  # fact symbols boot_data:d:0x10-0x20\n",
	};

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	boot("page", "two", "page", &guest, UNKNOWN_LINE EMBED_LINE);
	boot("", "two", "page", &guest, EMBED_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen,
			"page first chunk  WRONG: lacks riscv-percpu-page-first-chunk: percpu_alloc=page is ignored\n");
	assert_contains(screen, "fallback to page  no: ");
	assert_contains(screen,
			"harts, boot_data  lacks riscv-cpu_ops_sbi-boot_data: page mode would lose harts\n");
	assert_contains(screen, "early flush       not known: there is no pcpu_page_first_chunk()");
	assert_contains(screen, "splats            none in 3 boots");
	assert_contains(screen, "something wrong was seen;");
}

/* NUMA is a choice, and without it there is no page first chunk to be had */
static void test_no_nodes(void **state)
{
	const struct guest guest = { "0-3", "embed", "none", FAR_UNITS, "", "" };

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	boot("page", "two", "page", &guest, UNKNOWN_LINE EMBED_LINE);
	assert_int_equal(look(), 0);
	assert_contains(screen,
			"page first chunk  no: percpu_alloc=page is ignored; the kernel knows no nodes");
	assert_contains(screen, "node-local units  no: the kernel knows no nodes");
}

/* Memory far apart may be too much for it */
static void test_no_nodes_on_far_memory(void **state)
{
	const struct guest guest = { "0-3", "embed", "none", FAR_UNITS, "", "" };

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	boot_silent("", VERDICT_PANIC, VERSION PANIC_LINE);
	assert_int_equal(look(), 0);
	assert_contains(screen, "  not judged: a kernel without NUMA need not boot where");
	assert_contains(screen, "splats            none in 2 boots");
}

static void test_units_elsewhere(void **state)
{
	const struct guest guest = { "0-3", "embed", NODES, FAR_UNITS, "", "" };

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "elsewhere");
	assert_contains(screen, "  the unit of CPU 1 is at 0x80002000, outside of node 1\n");
	assert_contains(screen,
			"node-local units  WRONG: lacks riscv-percpu-page-first-chunk: units are not in their nodes' memory\n");
}

static void test_units_not_stated(void **state)
{
	const struct guest guest = { "0-3", "embed", NODES, "none", "", "" };

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	assert_int_equal(look(), 0);
	assert_contains(screen, "not stated");
	assert_contains(screen, "node-local units  not known");
}

/* A kernel that knows the page first chunk and does not take it where it should */
static void test_wrong_chunk(void **state)
{
	boot("page", "two", "page", &good_page, PAGE_LINE);
	boot("", "two", "page", &good_embed, EMBED_LINE);
	boot("embed", "two", "embed", &good_page, PAGE_LINE);
	boot("", "near", "embed", &good_page, PAGE_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "  embed stays on nodes that are too far apart for it\n");
	assert_contains(screen,
			"  percpu_alloc=embed was asked for, and the first chunk is page\n");
	assert_contains(screen, "  gives embed up on nodes that it would do for\n");
	assert_contains(screen, "fallback to page  WRONG: ");
}

/* Where the kernel took a smaller paging mode, the table's first chunk says nothing */
static void test_smaller_paging_mode(void **state)
{
	boot("page", "two", "page", &good_page, PAGE_LINE);
	boot("", "far", "embed", &good_page, PAGE_LINE);
	strcpy(made.report.results[1].cell->paging, "sv48");
	assert_int_equal(look(), 0);
	assert_contains(screen, "far      sv48    -             sv39    4 of 4     page, 31 pages");
}

static void test_failed_test(void **state)
{
	const struct guest guest = {
		"0-3", "embed", NODES, NEAR_UNITS, "# CPU 2 does not work\nnot ok 2 pinned\n", "",
	};

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen,
			"  1 tests in the guest failed, first pinned: CPU 2 does not work\n");
}

static void test_splat(void **state)
{
	boot("page", "two", "page", &good_page,
	     PAGE_LINE STAMP "WARNING: CPU: 0 PID: 0 at arch/riscv/mm/physaddr.c:15\n");
	assert_int_equal(look(), 1);
	assert_contains(screen, "  says: WARNING: CPU: 0 PID: 0 at arch/riscv/mm/physaddr.c:15\n");
	assert_contains(screen, "splats            WRONG: in 1 of 1 boots");
}

static void test_no_time_stamps(void **state)
{
	struct result *result = add_boot("embed", "two", "embed", VERDICT_PASS);
	char *document = make_document(result->name, &good_embed);

	leave_text(result, "result.ktap", document);
	leave_text(result, "console.log", OPENSBI "Linux version 5.0\nWARNING: no stamp\n");
	free(document);
	assert_int_equal(look(), 0);
	assert_contains(screen, "splats            not known: ");
}

/* What the kernel's symbols say of a page allocator whose code is at that place */
static const char *look_at_code(const char *symbols)
{
	struct guest guest = good_page;
	int status;

	guest.symbols = symbols;
	boot("page", "two", "page", &guest, PAGE_LINE);
	status = look();
	assert_int_equal(status, strstr(screen, "WRONG") ? 1 : 0);
	return screen;
}

static void test_flushes_itself(void **state)
{
	assert_contains(look_at_code("  # fact symbols pcpu_page_first_chunk:T:0x4-0xa\n"),
			"early flush       yes: by the code of pcpu_page_first_chunk()\n");
}

static void test_flushes_by_a_call(void **state)
{
	assert_contains(look_at_code(CALLER " local_flush_tlb_all:T:0x4-0xa\n"),
			"early flush       yes: by the code of pcpu_page_first_chunk()\n");
}

/* A call to somewhere else */
static void test_flushes_not(void **state)
{
	assert_contains(look_at_code(CALLER " local_flush_tlb_all:T:0x2-0x4\n"),
			"early flush       WRONG: lacks mm-flush_cache_vmap_early: pcpu_page_first_chunk() flushes no TLB\n");
}

static void test_no_code_to_look_at(void **state)
{
	assert_contains(look_at_code("  # fact symbols pcpu_page_first_chunk:T:0x0-0x0\n"),
			"early flush       not known: where");
}

static void test_code_beyond_the_image(void **state)
{
	assert_contains(look_at_code("  # fact symbols pcpu_page_first_chunk:T:0xa-0x1000\n"),
			"early flush       not known: where");
}

static void test_no_symbols(void **state)
{
	assert_contains(look_at_code(""),
			"early flush       not known: the kernel lists no symbols");
	assert_contains(screen, "KASAN hook        not known: the kernel lists no symbols");
	assert_contains(screen, "steal time        not known");
}

static void test_no_kasan(void **state)
{
	assert_contains(look_at_code("  # fact symbols pv_time_init:t:0x4-0x8\n"),
			"KASAN hook        not known: the kernel is built without KASAN\n");
	assert_contains(screen, "steal time        not known: where pv_time_cpu_online() is");
}

static void test_kasan(void **state)
{
	assert_contains(look_at_code("  # fact symbols kasan_report:T:0x4-0x8\n"),
			"KASAN hook        yes: the kernel has KASAN and runs in page mode\n");
	assert_contains(screen, "steal time        not built in\n");
}

static void test_steal_time(void **state)
{
	assert_contains(look_at_code(PV ONLINE_CALLS TO_PHYS "\n"),
			"steal time        yes: by its code");
}

static void test_steal_time_in_two(void **state)
{
	assert_contains(look_at_code(PV ONLINE SHMEM_CALLS TO_PHYS "\n"),
			"steal time        yes: by its code");
}

/* Without a page first chunk it does no harm */
static void test_steal_time_by_pa(void **state)
{
	assert_contains(look_at_code(PV ONLINE " per_cpu_ptr_to_phys:T:0xa-0x10\n"),
			"steal time        lacks riscv-paravirt-steal_time-phys: no call of per_cpu_ptr_to_phys()\n");
}

static void test_steal_time_by_pa_and_page(void **state)
{
	assert_contains(look_at_code(PV ONLINE " pcpu_page_first_chunk:T:0x4-0xa\n"),
			"steal time        WRONG: lacks riscv-paravirt-steal_time-phys: ");
}

static void test_panic(void **state)
{
	struct guest guest = good_embed;

	guest.symbols = LACKS_HOOK;
	boot("embed", "two", "embed", &guest, EMBED_LINE);
	boot_silent("page", VERDICT_PANIC, VERSION PANIC_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "  panics: Kernel panic - not syncing: Fatal exception\n");
	assert_contains(screen,
			"page first chunk  WRONG: the kernel panics when percpu_alloc=page asks for it\n");
	assert_contains(screen,
			"KASAN hook        WRONG: lacks half of riscv-percpu-page-first-chunk: no shadow for page units");
	assert_contains(screen, "harts, boot_data  not known");
}

/* The results in the kernel's log count like those of the port */
static void test_log_channel(void **state)
{
	struct result *result = add_boot("page", "two", "page", VERDICT_NO_RESULT);
	char *document = make_document(result->name, &good_page);
	char *log = make_log(document);
	char *console = xasprintf(OPENSBI VERSION PAGE_LINE
				  "init: virtio port percpu.result: No such file or%s", log);

	leave_text(result, "result.ktap", "");
	leave_text(result, "console.log", console);
	free(console);
	free(log);
	free(document);
	assert_int_equal(look(), 0);
	assert_contains(screen, "results           from the kernel's log: it has no virtio port\n");
	assert_contains(screen, "4 of 4     page, 31 pages    node-local");
	assert_lacks(screen, "*");
}

/* A log that lacks a line is not whole; another boot shows that this kernel can answer */
static void test_log_cut(void **state)
{
	struct result *result;

	boot("embed", "two", "embed", &good_embed, EMBED_LINE);
	result = add_boot("page", "two", "page", VERDICT_NO_RESULT);
	leave_text(result, "result.ktap", "");
	leave_text(result, "console.log", OPENSBI VERSION PAGE_LINE
		   STAMP "percpu.result: KTAP version 1\n" STAMP "percpu.result: 1..2\n"
		   STAMP "percpu.result: ok 1 facts\n" STAMP "percpu.result: # done\n");
	assert_int_equal(look(), 1);
	assert_contains(screen, "  does not come to its end: no-result: the reason\n");
}

/* The kernel's own messages are enough to see what is wrong */
static void test_messages_only(void **state)
{
	boot_silent("embed", VERDICT_NO_RESULT,
		    VERSION EMBED_LINE STAMP "smp: Brought up 2 nodes, 4 CPUs\n");
	boot_silent("page", VERDICT_NO_RESULT,
		    VERSION PAGE_LINE STAMP "smp: Brought up 1 node, 1 CPU\n");
	assert_int_equal(look(), 1);
	assert_contains(screen, "results           none: the tests have not run");
	assert_contains(screen, "4 of 4*    embed, 33 pages*  not stated");
	assert_contains(screen, "1 of 4*    page, 31 pages*");
	assert_contains(screen, "* taken from the kernel's messages");
	assert_contains(screen,
			"harts, boot_data  WRONG: lacks riscv-cpu_ops_sbi-boot_data: 1 of 4 harts");
}

/* They are not enough to call a kernel good */
static void test_good_messages_only(void **state)
{
	boot_silent("page", VERDICT_NO_RESULT,
		    VERSION PAGE_LINE STAMP "smp: Brought up 2 nodes, 4 CPUs\n");
	assert_int_equal(look(), 4);
	assert_contains(screen, "too little was seen to judge this kernel\n");
}

/* A kernel without nodes has every right to ignore what it was asked for */
static void test_page_ignored_by_messages(void **state)
{
	boot_silent("page", VERDICT_NO_RESULT, VERSION UNKNOWN_LINE EMBED_LINE);
	assert_int_equal(look(), 4);
	assert_contains(screen,
			"page first chunk  no: percpu_alloc=page is ignored; whether NUMA=y is not");
	assert_lacks(screen, "WRONG");
}

static void test_no_initramfs(void **state)
{
	boot_silent("page", VERDICT_PANIC,
		    VERSION PAGE_LINE STAMP "smp: Brought up 2 nodes, 4 CPUs\n" STAMP
		    "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n");
	assert_int_equal(look(), 4);
	assert_contains(screen,
			"console's last    Kernel panic - not syncing: VFS: Unable to mount root fs on");
	assert_lacks(screen, "WRONG");
}

/* Too old for the tests: begun and not ended is no answer */
static void test_too_old(void **state)
{
	struct result *result = add_boot("page", "two", "page", VERDICT_NO_RESULT);

	leave_text(result, "result.ktap", "KTAP version 1\n# cell page.two\n1..2\n");
	leave_text(result, "console.log", OPENSBI VERSION PAGE_LINE
		   "init: pidfd_open: Function not implemented; powering off\n");
	assert_int_equal(look(), 4);
	assert_contains(screen, "console's last    init: pidfd_open: Function not implemented");
}

/* A slow host is no fault of the kernel */
static void test_too_slow(void **state)
{
	boot("page", "two", "page", &good_page, PAGE_LINE);
	boot_silent("embed", VERDICT_TIMEOUT, VERSION EMBED_LINE);
	assert_int_equal(look(), 2);
	assert_contains(screen, "  not judged: the reason; TIMEOUT= gives it more\n");
	assert_lacks(screen, "WRONG");
}

static void test_hangs(void **state)
{
	boot("embed", "two", "embed", &good_embed, EMBED_LINE);
	boot_silent("page", VERDICT_SILENCE, VERSION PAGE_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "  does not come to its end: silence: the reason\n");
}

/* What it was not asked for it cannot get wrong */
static void test_other_command_line(void **state)
{
	struct guest guest = good_embed;

	guest.symbols = "  # fact percpu_requested none\n";
	boot("", "near", "embed", &guest, EMBED_LINE);
	boot("page", "two", "page", &guest, EMBED_LINE);
	assert_int_equal(look(), 4);
	assert_contains(screen, "  not judged: percpu_alloc= is not passed on");
	assert_contains(screen, "page first chunk  not known");
	assert_lacks(screen, "WRONG");
}

static void test_nothing_at_all(void **state)
{
	boot_silent("embed", VERDICT_SILENCE, "");
	assert_int_equal(look(), 4);
	assert_contains(screen, "results           none: the tests have not run");
	assert_contains(screen, "console's last    OpenSBI v1.6");
	assert_contains(screen, "  not judged: the reason\n");
	assert_lacks(screen, "WRONG");
	assert_contains(screen, "Linux version     not seen");
	assert_contains(screen, "page first chunk  not known");
	assert_contains(screen, "fallback to page  not known");
	assert_contains(screen, "harts, boot_data  not known");
	assert_contains(screen, "node-local units  not known");
	assert_contains(screen, "splats            not known");
}

static void test_no_boot(void **state)
{
	assert_int_equal(look(), 4);
	assert_contains(screen, "too little was seen to judge this kernel\n");
}

static void test_trouble(void **state)
{
	boot("page", "two", "page", &good_page, PAGE_LINE);
	boot_silent("embed", VERDICT_CRASH, VERSION);
	assert_int_equal(look(), 2);
	assert_contains(screen, "  not judged: the reason\n");
	assert_contains(screen, "not every boot could be judged: see above\n");
}

/* Fewer CPUs than harts is no fault of a kernel that has room for no more */
static void test_small_kernel(void **state)
{
	struct result *result = add_boot("page", "two", "page", VERDICT_PASS);
	static const char document[] =
		"KTAP version 1\n# cell page.two\n1..1\n# fact cpus_online 0-1\n"
		"# fact cpus_possible 0-1\n# fact first_chunk page\n"
		"# fact first_chunk_pages 31\n# fact cpu_node 0:0 1:1\nok 1 facts\n# done\n";

	leave_text(result, "result.ktap", document);
	leave_text(result, "console.log", OPENSBI VERSION PAGE_LINE);
	assert_int_equal(look(), 0);
	assert_contains(screen, "2 of 4");
	assert_contains(screen, "harts, boot_data  yes: ");
}

/* Whatever a kernel says, the screen stays one */
static void test_hostile(void **state)
{
	char *messages = xasprintf(STAMP "BUG: %s%0300d\n", HOSTILE, 0);
	struct guest guest = good_page;
	const char *line;

	guest.symbols =
		"  # fact symbols :: boot_data pcpu_page_first_chunk:T:-1--0x7fffffffffffffff\n";
	boot("page", "two", "page", &guest, messages);
	free(messages);
	assert_int_equal(look(), 1);
	for (line = screen; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 100);
	assert_lacks(screen, "\x1b");
	assert_lacks(screen, "\xff");
	assert_true(count_lines(screen) <= 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_boot_data, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_harts_missing_otherwise, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_harts_missing_anyway, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lacks_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_nodes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_units_elsewhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_units_not_stated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrong_chunk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_smaller_paging_mode, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failed_test, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_splat, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_time_stamps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_flushes_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_flushes_by_a_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_flushes_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_code_to_look_at, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_code_beyond_the_image, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_symbols, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_kasan, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kasan, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_steal_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_steal_time_in_two, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_steal_time_by_pa, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_steal_time_by_pa_and_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_panic, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_log_channel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_log_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_messages_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_good_messages_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_page_ignored_by_messages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_initramfs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_command_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_slow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hangs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_nodes_on_far_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_boot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_trouble, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_small_kernel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
