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

static struct made_up made;
static struct survey survey;
static char *screen;

/* What a guest states in a boot */
struct guest {
	const char *online;
	const char *chunk;
	const char *nodes;
	const char *units;
	const char *more;	/* results of further tests */
};

static const struct guest good_embed = { "0-3", "embed", NODES, NEAR_UNITS, "" };
static const struct guest good_page = { "0-3", "page", NODES, NEAR_UNITS, "" };

static char *make_document(const char *cell, const struct guest *guest)
{
	return xasprintf("KTAP version 1\n# cell %s\n1..%d\n  KTAP version 1\n  1..1\n"
			 "  # fact cpus_online %s\n  # fact cpus_possible 0-4\n"
			 "  # fact cpu_hart 0:0 1:2 2:3 3:7\n  # fact cpu_node %s\n"
			 "  # fact cpu_unit %s\n  # fact paging sv39\n"
			 "  # fact first_chunk %s\n  # fact first_chunk_pages 31\n"
			 "  # fact release 6.6.0-vendor\n  ok 1 facts\nok 1 facts\n%s# done\n",
			 cell, *guest->more ? 2 : 1, guest->online, guest->nodes, guest->units,
			 guest->chunk, guest->more);
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

	assert_true(saved_write(&made.report, made.path));
	assert_true(runs_add(&made.runs, made.path));
	survey_read(&survey, &made.runs);
	survey_print(file, &survey, "vendor.deb");
	fclose(file);
	return survey_exit_status(&survey);
}

static int set_up(void **state)
{
	made = make_up();
	screen = NULL;
	survey = (struct survey){ 0 };
	return 0;
}

static int tear_down(void **state)
{
	survey_free(&survey);
	free(screen);
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
	leave_text(&made.report.results[0], "config", "CONFIG_NUMA=y\nCONFIG_NR_CPUS=64\n");
	assert_int_equal(look(), 0);
	assert_contains(screen, "survey of         vendor.deb\n");
	assert_contains(screen, "release           6.6.0-vendor\n");
	assert_contains(screen, "NUMA=n NR_CPUS=64 KASAN=n");
	assert_contains(screen, "results           over a virtio serial port\n");
	assert_contains(screen, "page         two      sv39    sv39    4 of 4     page, 31 pages");
	assert_contains(screen, "page first chunk  yes: percpu_alloc=page gives it (1 of 1 boots)");
	assert_contains(screen, "fallback to page  yes: ");
	assert_contains(screen, "boot_data         right: every hart comes online in page mode (2 boots)");
	assert_contains(screen, "node-local units  yes: ");
	assert_contains(screen, "KASAN             not built in");
	assert_contains(screen, "splats            0 of 3 boots");
	assert_contains(screen, "nothing wrong was seen in 3 boots");
	assert_lacks(screen, "wrong:");
	assert_lacks(screen, "*");
}

static void test_configuration(void **state)
{
	boot_good();
	leave_text(&made.report.results[0], "config",
		   "# CONFIG_X is not set\nCONFIG_NUMA=y\nCONFIG_NR_CPUS=64\nCONFIG_KASAN=y\n");
	assert_int_equal(look(), 0);
	assert_contains(screen, "NUMA=y NR_CPUS=64 KASAN=y PARAVIRT_TIME_ACCOUNTING=n");
	assert_contains(screen, "KASAN             yes: built in, and the kernel runs in page mode");
}

static void test_no_configuration(void **state)
{
	boot_good();
	leave_text(&made.report.results[0], "config", "");
	assert_int_equal(look(), 0);
	assert_contains(screen, "configuration     not known");
	assert_contains(screen, "KASAN             not known whether it is built in");
}

static void test_without_boot_data(void **state)
{
	const struct guest lost = { "0", "page", NODES, NEAR_UNITS, "" };

	boot("embed", "two", "embed", &good_embed, EMBED_LINE);
	boot("page", "two", "page", &lost, PAGE_LINE OFFLINE_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "1 of 4     page, 31 pages");
	assert_contains(screen, "  wrong: 1 of 4 harts came online");
	assert_contains(screen, "  wrong: says: CPU1: failed to come online");
	assert_contains(screen, "boot_data         wrong: 1 of 4 harts come up in page mode; lacks riscv-cpu_ops_sbi-boot_data");
	assert_contains(screen, "something wrong was seen in 1 of 2 boots");
}

/* With embed too: then it is something else */
static void test_harts_missing_anyway(void **state)
{
	const struct guest page = { "0-2", "page", NODES, NEAR_UNITS, "" };
	const struct guest embed = { "0-2", "embed", NODES, NEAR_UNITS, "" };

	boot("embed", "two", "embed", &embed, EMBED_LINE);
	boot("page", "two", "page", &page, PAGE_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "boot_data         not known: harts are missing with either first chunk");
	assert_lacks(screen, "lacks riscv-cpu_ops_sbi-boot_data");
}

/* To lack the feature is not wrong, and the message about it no splat */
static void test_lacks_page(void **state)
{
	boot("embed", "two", "embed", &good_embed, EMBED_LINE);
	boot("page", "two", "page", &good_embed, UNKNOWN_LINE EMBED_LINE);
	boot("", "two", "page", &good_embed, EMBED_LINE);
	assert_int_equal(look(), 0);
	assert_contains(screen, "page first chunk  no: percpu_alloc=page is ignored; lacks riscv-percpu-page-first-chunk");
	assert_contains(screen, "fallback to page  no: ");
	assert_contains(screen, "boot_data         not seen");
	assert_contains(screen, "splats            0 of 3 boots");
	assert_contains(screen, "nothing wrong was seen");
}

static void test_no_nodes(void **state)
{
	const struct guest guest = { "0-3", "embed", "none", FAR_UNITS, "" };

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	boot("page", "two", "page", &guest, UNKNOWN_LINE EMBED_LINE);
	assert_int_equal(look(), 0);
	assert_contains(screen, "this kernel knows no nodes");
	assert_contains(screen, "node-local units  no: the kernel knows no nodes");
}

static void test_units_elsewhere(void **state)
{
	const struct guest guest = { "0-3", "embed", NODES, FAR_UNITS, "" };

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "elsewhere");
	assert_contains(screen, "  wrong: the unit of CPU 1 is at 0x80002000, outside of node 1");
	assert_contains(screen, "node-local units  wrong: ");
}

static void test_units_not_stated(void **state)
{
	const struct guest guest = { "0-3", "embed", NODES, "none", "" };

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
	assert_int_equal(look(), 1);
	assert_contains(screen, "wrong: embed stays on nodes that are too far apart for it");
	assert_contains(screen, "wrong: percpu_alloc=embed was asked for, and the first chunk is page");
	assert_contains(screen, "fallback to page  no: ");
}

static void test_failed_test(void **state)
{
	const struct guest guest = {
		"0-3", "embed", NODES, NEAR_UNITS, "# CPU 2 does not work\nnot ok 2 pinned\n",
	};

	boot("embed", "two", "embed", &guest, EMBED_LINE);
	assert_int_equal(look(), 1);
	assert_contains(screen, "wrong: 1 tests in the guest failed, first pinned: CPU 2 does not work");
}

static void test_splat(void **state)
{
	boot("page", "two", "page", &good_page,
	     PAGE_LINE STAMP "WARNING: CPU: 0 PID: 0 at arch/riscv/mm/physaddr.c:15\n");
	assert_int_equal(look(), 1);
	assert_contains(screen, "wrong: says: WARNING: CPU: 0 PID: 0 at arch/riscv/mm/physaddr.c:15");
	assert_contains(screen, "splats            1 of 1 boots");
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

static void test_panic(void **state)
{
	boot("embed", "two", "embed", &good_embed, EMBED_LINE);
	boot_silent("page", VERDICT_PANIC, VERSION PANIC_LINE);
	leave_text(&made.report.results[0], "config", "CONFIG_KASAN=y\n");
	assert_int_equal(look(), 1);
	assert_contains(screen, "wrong: panics: Kernel panic - not syncing: Fatal exception");
	assert_contains(screen, "page first chunk  wrong: the kernel panics when percpu_alloc=page asks for it; has KASAN shadow");
	assert_contains(screen, "boot_data         not seen");
	assert_contains(screen, "; some boots gave none");
}

/* The results in the kernel's log count like those of the port */
static void test_log_channel(void **state)
{
	struct result *result = add_boot("page", "two", "page", VERDICT_NO_RESULT);
	char *document = make_document(result->name, &good_page);
	char *log = make_log(document);
	char *console = xasprintf(OPENSBI VERSION PAGE_LINE "%s", log);

	leave_text(result, "result.ktap", "");
	leave_text(result, "console.log", console);
	free(console);
	free(log);
	free(document);
	assert_int_equal(look(), 0);
	assert_contains(screen, "results           over the kernel's log");
	assert_contains(screen, "4 of 4     page, 31 pages     node-local");
	assert_lacks(screen, "*");
}

/* A log that lacks a line is not whole */
static void test_log_cut(void **state)
{
	struct result *result = add_boot("page", "two", "page", VERDICT_NO_RESULT);

	leave_text(result, "result.ktap", "");
	leave_text(result, "console.log", OPENSBI VERSION PAGE_LINE
		   STAMP "percpu.result: KTAP version 1\n" STAMP "percpu.result: 1..2\n"
		   STAMP "percpu.result: ok 1 facts\n" STAMP "percpu.result: # done\n");
	assert_int_equal(look(), 1);
	assert_contains(screen, "wrong: does not come to its end: no-result: the reason");
}

static void test_messages_only(void **state)
{
	boot_silent("embed", VERDICT_NO_RESULT,
		    VERSION EMBED_LINE STAMP "smp: Brought up 2 nodes, 4 CPUs\n");
	boot_silent("page", VERDICT_NO_RESULT,
		    VERSION PAGE_LINE STAMP "smp: Brought up 1 node, 1 CPU\n");
	assert_int_equal(look(), 1);
	assert_contains(screen, "results           none: no answer over any channel");
	assert_contains(screen, "4 of 4*    embed, 33 pages*   not stated");
	assert_contains(screen, "1 of 4*    page, 31 pages*");
	assert_contains(screen, "* taken from the kernel's messages");
	assert_contains(screen, "boot_data         wrong: 1 of 4 harts");
}

static void test_nothing_at_all(void **state)
{
	boot_silent("embed", VERDICT_SILENCE, "");
	assert_int_equal(look(), 2);
	assert_contains(screen, "results           none: no answer over any channel");
	assert_contains(screen, "console's last    OpenSBI v1.6");
	assert_contains(screen, "  not judged: the reason");
	assert_lacks(screen, "wrong:");
	assert_contains(screen, "its first message not seen");
	assert_contains(screen, "page first chunk  not known");
	assert_contains(screen, "fallback to page  not known");
	assert_contains(screen, "node-local units  not known");
}

static void test_trouble(void **state)
{
	boot_silent("embed", VERDICT_CRASH, VERSION);
	assert_int_equal(look(), 2);
	assert_contains(screen, "  not judged: the reason");
	assert_contains(screen, "too little was seen to judge this kernel");
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
	assert_contains(screen, "boot_data         right: ");
}

/* Whatever a kernel says, the screen stays one */
static void test_hostile(void **state)
{
	char *messages = xasprintf(STAMP "BUG: %s%0300d\n", HOSTILE, 0);
	const char *line;

	boot("page", "two", "page", &good_page, messages);
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
		cmocka_unit_test_setup_teardown(test_configuration, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_configuration, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_boot_data, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_harts_missing_anyway, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lacks_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_nodes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_units_elsewhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_units_not_stated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrong_chunk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failed_test, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_splat, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_time_stamps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_panic, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_log_channel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_log_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_messages_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_trouble, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_small_kernel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
