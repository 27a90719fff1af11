// SPDX-License-Identifier: GPL-2.0-only
/* The verdict on boots that are filled in by hand. */
#include <signal.h>

#include "judge.h"
#include "test.h"

#define STATUS(code)	((code) << 8)	/* as from waitpid() */
#define CELL_NAME	"6.1.numa.page.sv39.smp4"
#define SMP_CONSOLE	"[    0.1] smp: Brought up 2 nodes, 4 CPUs\n"
#define LOST_HART	"[    1.1] CPU1: failed to come online\n"
#define PANIC									\
	"[    1.0] Unable to handle kernel paging request at virtual address 8\n"	\
	"[    1.1] Kernel panic - not syncing: Fatal exception\n"

#define GIB		(1ULL << 30)

static const struct machine smp4 = {
	.name = "smp4",
	.harts = 4,
	.possible = 4,
	.nr_nodes = 2,
	.nodes = { { 0, GIB, 2 }, { GIB, GIB, 2 } },
	.ids = { 0, 1, 2, 3 },
	.boot = -1,
};

static const struct cell cell = {
	.name = CELL_NAME,
	.kernel = "numa",
	.machine = &smp4,
	.paging = "sv39",
	.alloc = "page",
	.chunk = "page",
};

/* What a good guest states; a test replaces one of these */
struct guest {
	const char *cell;
	const char *online;
	const char *possible;
	const char *harts;
	const char *nodes;
	const char *units;
	const char *paging;
	const char *chunk;
	const char *results;	/* after the first, which is facts */
	const char *end;
};

static const struct guest good = {
	.cell = CELL_NAME,
	.online = "0-3",
	.possible = "0-3",
	.harts = "0:0 1:1 2:2 3:3",
	.nodes = "0:0 1:0 2:1 3:1",
	.units = "0:0x80001000 1:0xbffff000 2:0xc0000000 3:0xffffffff",
	.paging = "sv39",
	.chunk = "page",
	.results = "ok 2 pinned\n",
	.end = "# done\n",
};

static void say(struct boot *boot, const char *text)
{
	console_feed(&boot->console, text, strlen(text));
}

static void tell(struct boot *boot, const char *format, const char *value)
{
	char *text;

	if (!value)
		return;
	text = xasprintf("%s%s\n", format, value);
	ktap_feed(&boot->ktap, text, strlen(text));
	free(text);
}

static void tell_facts(struct boot *boot, const struct guest *guest)
{
	tell(boot, "# fact cpus_online ", guest->online);
	tell(boot, "# fact cpus_possible ", guest->possible);
	tell(boot, "# fact cpu_hart ", guest->harts);
	tell(boot, "# fact cpu_node ", guest->nodes);
	tell(boot, "# fact cpu_unit ", guest->units);
	tell(boot, "# fact paging ", guest->paging);
	tell(boot, "# fact first_chunk ", guest->chunk);
}

/* A boot that has ended by itself, with what the guest stated and a good console */
static struct boot make_boot(const struct guest *guest)
{
	struct boot boot = { .cell = &cell, .seconds = 3.21 };

	ktap_init(&boot.ktap);
	tell(&boot, "KTAP version 1", "");
	tell(&boot, "# cell ", guest->cell);
	tell(&boot, "1..2", "");
	tell_facts(&boot, guest);
	tell(&boot, "ok 1 facts", "");
	tell(&boot, "", guest->results);
	tell(&boot, "", guest->end);
	say(&boot, "OpenSBI v1.6\n" SMP_CONSOLE);
	return boot;
}

/* Judges and frees @boot; @reason is a part of what must be said, NULL for nothing */
static void assert_verdict(struct boot *boot, enum verdict verdict, const char *reason)
{
	struct outcome outcome;

	console_end(&boot->console);
	ktap_end(&boot->ktap);
	judge(boot, &outcome);
	assert_string_equal(verdict_name(outcome.verdict), verdict_name(verdict));
	if (reason)
		assert_contains(outcome.reason, reason);
	else
		assert_null(outcome.reason);
	if (verdict == VERDICT_PASS)
		assert_null(ktap_first_failure(&outcome.tests));
	else
		assert_string_equal(ktap_first_failure(&outcome.tests)->why, outcome.reason);
	outcome_free(&outcome);
	ktap_free(&boot->ktap);
}

static void assert_guest(struct guest guest, enum verdict verdict, const char *reason)
{
	struct boot boot = make_boot(&guest);

	assert_verdict(&boot, verdict, reason);
}

/* The same of another cell than smp4 */
static void assert_guest_of(const struct cell *other, struct guest guest, enum verdict verdict,
			    const char *reason)
{
	struct boot boot = make_boot(&guest);

	boot.cell = other;
	assert_verdict(&boot, verdict, reason);
}

/* A boot of which nothing came but a console, and that so ended */
static void assert_end(const char *console, int status, enum verdict stopped,
		       enum verdict verdict, const char *reason)
{
	struct boot boot = { .cell = &cell, .status = status, .stopped = stopped };

	ktap_init(&boot.ktap);
	boot.seconds = 12.34;
	say(&boot, console);
	assert_verdict(&boot, verdict, reason);
}

static void test_pass(void **state)
{
	struct boot boot = make_boot(&good);
	struct outcome outcome;

	judge(&boot, &outcome);
	assert_int_equal(outcome.verdict, VERDICT_PASS);
	assert_null(outcome.reason);
	assert_int_equal(outcome.tests.nr_tests, 10);
	assert_string_equal(outcome.tests.tests[0].name, "result of this cell");
	assert_string_equal(outcome.tests.tests[1].name, "harts online");
	assert_string_equal(outcome.tests.tests[2].name, "CPUs possible");
	assert_string_equal(outcome.tests.tests[3].name, "first chunk");
	assert_string_equal(outcome.tests.tests[4].name, "paging mode");
	assert_string_equal(outcome.tests.tests[5].name, "each CPU on its node");
	assert_string_equal(outcome.tests.tests[6].name, "each unit in the memory of its node");
	assert_string_equal(outcome.tests.tests[7].name, "facts");
	assert_string_equal(outcome.tests.tests[8].name, "pinned");
	assert_string_equal(outcome.tests.tests[9].name, "no splat");
	assert_int_equal(outcome.tests.nr_facts, 7);
	assert_string_equal(ktap_fact(&outcome.tests, 0, "cpus_online"), "0-3");
	outcome_free(&outcome);
	ktap_free(&boot.ktap);
}

static void test_harts(void **state)
{
	struct guest guest = good;

	guest.online = "0";
	assert_guest(guest, VERDICT_HARTS, "1 of 4 harts online");
	guest.online = "0-2";
	assert_guest(guest, VERDICT_HARTS, "3 of 4 harts online");
	guest.online = "0-4";
	assert_guest(guest, VERDICT_HARTS, "5 of 4 harts online");
	guest.online = NULL;
	assert_guest(guest, VERDICT_HARTS, "0 of 4 harts online");
	guest.online = "0,2,1,3";
	assert_guest(guest, VERDICT_PASS, NULL);
}

/* With nr_cpus= and maxcpus= fewer harts are wanted, and no more */
static void test_fewer_harts(void **state)
{
	struct guest guest = good;
	struct cell other = cell;

	other.nr_cpus = 2;
	guest.online = "0-1";
	guest.possible = "0-1";
	guest.harts = "0:3 1:0";
	guest.nodes = "0:1 1:0";
	guest.units = "0:0xc0000000 1:0x80000000";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.online = "0";
	assert_guest_of(&other, guest, VERDICT_HARTS, "1 of 2 harts online");
	guest.online = "0-1";
	other.nr_cpus = 0;
	other.maxcpus = 2;
	assert_guest_of(&other, guest, VERDICT_HARTS, "2 of 4 CPUs possible");
	guest.possible = "0-3";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.units = "0:0xc0000000";
	assert_guest_of(&other, guest, VERDICT_UNITS, "unit of CPU 1 not stated");
	guest.nodes = "0:1";
	assert_guest_of(&other, guest, VERDICT_NODES, "node of CPU 1 not stated");
	assert_guest_of(&other, good, VERDICT_HARTS, "4 of 2 harts online");
	other.maxcpus = 5;
	assert_guest_of(&other, good, VERDICT_PASS, NULL);
}

static void test_possible(void **state)
{
	struct machine machine = smp4;
	struct guest guest = good;
	struct cell other = cell;

	guest.possible = "0-4";
	assert_guest(guest, VERDICT_HARTS, "5 of 4 CPUs possible");
	guest.possible = NULL;
	assert_guest(guest, VERDICT_HARTS, "0 of 4 CPUs possible");
	machine.possible = 512;
	other.machine = &machine;
	guest.possible = "0-511";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.possible = "0-3";
	assert_guest_of(&other, guest, VERDICT_HARTS, "4 of 512 CPUs possible");
	other.nr_cpus = 64;
	guest.possible = "0-63";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
}

/* The lost hart names the verdict, not the splat that goes with it */
static void test_facts_come_before_splats(void **state)
{
	struct guest guest = good;
	struct boot boot;

	guest.online = "0";
	guest.chunk = "embed";
	boot = make_boot(&guest);
	say(&boot, LOST_HART);
	assert_verdict(&boot, VERDICT_HARTS, "1 of 4 harts online");
}

static void test_cpulist_weight(void **state)
{
	assert_int_equal(cpulist_weight("0"), 1);
	assert_int_equal(cpulist_weight("0-3,8,10-11"), 7);
	assert_int_equal(cpulist_weight(""), 0);
	assert_int_equal(cpulist_weight("?"), 0);
	assert_int_equal(cpulist_weight("3-0"), 0);
	assert_int_equal(cpulist_weight("0-3 4"), 0);
	assert_int_equal(cpulist_weight("none"), 0);
	assert_int_equal(cpulist_weight("0-511"), 512);
	assert_int_equal(cpulist_weight("5-5"), 1);
	assert_int_equal(cpulist_weight("0-3x"), 0);
	assert_int_equal(cpulist_weight("0-3,x"), 0);
}

static void test_chunk(void **state)
{
	struct guest guest = good;

	guest.chunk = "embed";
	assert_guest(guest, VERDICT_CHUNK, "first chunk is embed, must be page");
	guest.chunk = NULL;
	assert_guest(guest, VERDICT_CHUNK, "first chunk is not stated, must be page");
}

static void test_paging(void **state)
{
	struct guest guest = good;

	guest.paging = "sv48";
	assert_guest(guest, VERDICT_PAGING, "paging mode is sv48, must be sv39");
	guest.paging = NULL;
	assert_guest(guest, VERDICT_PAGING, "paging mode is not stated, must be sv39");
}

/* Which hart boots is chance: what counts is where each hart is */
static void test_nodes(void **state)
{
	struct guest guest = good;

	guest.harts = "0:2 1:0 2:1 3:3";
	guest.nodes = "0:1 1:0 2:0 3:1";
	guest.units = "0:0xc0000000 1:0x80000000 2:0x80001000 3:0xc0001000";
	assert_guest(guest, VERDICT_PASS, NULL);
	guest.nodes = "0:0 1:0 2:1 3:1";
	assert_guest(guest, VERDICT_NODES, "CPU 0 (hart 2) is on node 0, must be 1");
	guest.harts = "0:0 1:1 2:2 3:3";
	guest.nodes = "0:0 1:0 2:0 3:0";
	assert_guest(guest, VERDICT_NODES, "CPU 2 (hart 2) is on node 0, must be 1");
}

static void test_nodes_not_stated(void **state)
{
	struct guest guest = good;

	guest.nodes = "0:0 1:0 2:1";
	assert_guest(guest, VERDICT_NODES, "node of CPU 3 not stated");
	guest.nodes = NULL;
	assert_guest(guest, VERDICT_NODES, "node of CPU 0 not stated");
	guest.nodes = good.nodes;
	guest.harts = "0:0 1:1 2:2 3:4";
	assert_guest(guest, VERDICT_NODES, "hart of CPU 3 not stated");
	guest.harts = NULL;
	assert_guest(guest, VERDICT_NODES, "hart of CPU 0 not stated");
}

/* The ids need not begin with 0 nor be without gaps */
static void test_ids(void **state)
{
	struct machine machine = smp4;
	struct guest guest = good;
	struct cell other = cell;

	memcpy(machine.ids, (unsigned int[]){ 1, 3, 4, 7 }, 4 * sizeof(*machine.ids));
	other.machine = &machine;
	guest.harts = "0:1 1:3 2:4 3:7";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.harts = "0:1 1:4 2:3 3:7";
	assert_guest_of(&other, guest, VERDICT_NODES, "CPU 1 (hart 4) is on node 0, must be 1");
	assert_guest_of(&other, good, VERDICT_NODES, "hart of CPU 0 not stated or not there");
}

static void test_boot_hart(void **state)
{
	struct machine machine = smp4;
	struct guest guest = good;
	struct cell other = cell;

	machine.boot = 2;
	other.machine = &machine;
	guest.harts = "0:2 1:0 2:1 3:3";
	guest.nodes = "0:1 1:0 2:0 3:1";
	guest.units = "0:0xc0000000 1:0x80000000 2:0x80001000 3:0xc0001000";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	assert_guest_of(&other, good, VERDICT_NODES, "hart 0 has booted, must be 2");
	machine.boot = 0;
	assert_guest_of(&other, good, VERDICT_PASS, NULL);
	assert_guest_of(&other, guest, VERDICT_NODES, "hart 2 has booted, must be 0");
}

/* --- units --- */

static void test_units(void **state)
{
	struct guest guest = good;

	guest.units = "0:0x80000000 1:0xc0000000 2:0xc0000000 3:0xc0000000";
	assert_guest(guest, VERDICT_UNITS,
		     "the unit of CPU 1 is at 0xc0000000, outside of node 0");
	guest.units = "0:0x80000000 1:0x80000000 2:0xbfffffff 3:0xc0000000";
	assert_guest(guest, VERDICT_UNITS,
		     "the unit of CPU 2 is at 0xbfffffff, outside of node 1");
	guest.units = "0:0x80000000 1:0x80000000 2:0xc0000000 3:0x100000000";
	assert_guest(guest, VERDICT_UNITS,
		     "the unit of CPU 3 is at 0x100000000, outside of node 1");
	guest.units = "0:0x7fffffff 1:0x80000000 2:0xc0000000 3:0xc0000000";
	assert_guest(guest, VERDICT_UNITS,
		     "the unit of CPU 0 is at 0x7fffffff, outside of node 0");
	/* Where a CPU is counts, not its number */
	guest.harts = "0:2 1:0 2:1 3:3";
	guest.nodes = "0:1 1:0 2:0 3:1";
	guest.units = "0:0xc0000000 1:0x80000000 2:0x80001000 3:0xc0001000";
	assert_guest(guest, VERDICT_PASS, NULL);
	guest.units = "0:0x80000000 1:0x80000000 2:0xc0001000 3:0xc0001000";
	assert_guest(guest, VERDICT_UNITS, "the unit of CPU 0 is at 0x80000000, outside of node 1");
}

static void test_units_not_stated(void **state)
{
	struct guest guest = good;

	guest.units = NULL;
	assert_guest(guest, VERDICT_UNITS, "unit of CPU 0 not stated");
	guest.units = "none";
	assert_guest(guest, VERDICT_UNITS, "unit of CPU 0 not stated");
	guest.units = "0:0x80000000 1:0x80000000 2:0xc0000000";
	assert_guest(guest, VERDICT_UNITS, "unit of CPU 3 not stated");
	guest.units = "0:0x80000000 1:? 2:0xc0000000 3:0xc0000000";
	assert_guest(guest, VERDICT_UNITS, "unit of CPU 1 not stated");
}

static void test_units_of_a_node_without_memory(void **state)
{
	struct machine machine = smp4;
	struct guest guest = good;
	struct cell other = cell;

	machine.nodes[1].size = 0;
	other.machine = &machine;
	guest.units = "0:0x80000000 1:0x80000000 2:0x80000000 3:0x90000000";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.units = "0:0x80000000 1:0x80000000 2:0x80000000";
	assert_guest_of(&other, guest, VERDICT_UNITS, "unit of CPU 3 not stated");
	guest.units = "0:0x80000000 1:0xc0000000 2:0x80000000 3:0x90000000";
	assert_guest_of(&other, guest, VERDICT_UNITS, "the unit of CPU 1 is at 0xc0000000");
}

static void test_units_anywhere(void **state)
{
	struct guest guest = good;
	struct cell other = cell;

	other.units_anywhere = true;
	guest.units = "0:0x80000000 1:0xc0000000";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.units = NULL;
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.nodes = "0:0 1:0 2:0 3:0";
	assert_guest_of(&other, guest, VERDICT_NODES, "CPU 2 (hart 2) is on node 0, must be 1");
}

/* All harts and all memory are of node 0 then */
static void test_numa_off(void **state)
{
	struct guest guest = good;
	struct cell other = cell;

	other.numa_off = true;
	guest.nodes = "0:0 1:0 2:0 3:0";
	guest.units = "0:0xc0000000 1:0xc0000000 2:0x80000000 3:0x80000000";
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	assert_guest_of(&other, good, VERDICT_NODES, "CPU 2 (hart 2) is on node 1, must be 0");
	guest.harts = "0:0 1:1 2:2 3:4";
	assert_guest_of(&other, guest, VERDICT_NODES, "hart of CPU 3 not stated or not there");
}

/* Which its cells must allow: a kernel with NUMA that states no nodes has failed */
static void test_kernel_without_numa(void **state)
{
	struct guest guest = good;
	struct cell other = cell;

	guest.nodes = "none";
	guest.units = "0:0x80000000 1:0x80000000 2:0x80000000 3:0x80000000";
	assert_guest(guest, VERDICT_NODES, "node of CPU 0 not stated");
	other.units_anywhere = true;
	assert_guest_of(&other, guest, VERDICT_PASS, NULL);
	guest.nodes = "none at all";
	assert_guest_of(&other, guest, VERDICT_NODES, "node of CPU 0 not stated");
	guest.nodes = NULL;
	assert_guest_of(&other, guest, VERDICT_NODES, "node of CPU 0 not stated");
	guest.nodes = "none";
	guest.online = "0";
	assert_guest_of(&other, guest, VERDICT_HARTS, "1 of 4 harts online");
}

/* --- generations --- */

/* What the kernels after @first state, one after each kexec; NULL ends it */
static struct boot make_kexecs(struct cell *other, const struct guest *first,
			       const struct guest * const *later)
{
	struct boot boot;

	*other = cell;
	boot = make_boot(first);
	boot.cell = other;
	ktap_free(&boot.ktap);
	tell(&boot, "KTAP version 1\n# cell " CELL_NAME "\n1..1", "");
	tell_facts(&boot, first);
	for (other->kexecs = 0; *later; later++) {
		char number[16];

		snprintf(number, sizeof(number), "%u", ++other->kexecs);
		tell(&boot, "# generation ", number);
		tell_facts(&boot, *later);
	}
	tell(&boot, "ok 1 facts\n# done", "");
	return boot;
}

static void assert_kexecs(const struct guest *second, const struct guest *third,
			  enum verdict verdict, const char *reason)
{
	const struct guest * const later[] = { second, third, NULL };
	struct cell other;
	struct boot boot = make_kexecs(&other, &good, later);

	assert_int_equal(other.kexecs, third ? 2 : 1);
	assert_verdict(&boot, verdict, reason);
}

static void test_kexecs(void **state)
{
	struct guest guest = good;

	assert_kexecs(&good, NULL, VERDICT_PASS, NULL);
	assert_kexecs(&good, &good, VERDICT_PASS, NULL);
	guest.online = "0-2";
	assert_kexecs(&guest, &good, VERDICT_HARTS, "after kexec 1: 3 of 4 harts online");
	assert_kexecs(&good, &guest, VERDICT_HARTS, "after kexec 2: 3 of 4 harts online");
	guest = good;
	guest.possible = "0";
	assert_kexecs(&guest, NULL, VERDICT_HARTS, "after kexec 1: 1 of 4 CPUs possible");
	guest = good;
	guest.chunk = "embed";
	assert_kexecs(&guest, NULL, VERDICT_CHUNK, "after kexec 1: first chunk is embed");
	guest = good;
	guest.paging = "sv48";
	assert_kexecs(&guest, NULL, VERDICT_PAGING, "after kexec 1: paging mode is sv48");
	guest = good;
	guest.nodes = "0:0 1:0 2:0 3:1";
	assert_kexecs(&guest, NULL, VERDICT_NODES, "after kexec 1: CPU 2 (hart 2) is on node 0");
	guest = good;
	guest.units = NULL;
	assert_kexecs(&guest, NULL, VERDICT_UNITS, "after kexec 1: unit of CPU 0 not stated");
}

/* The first kernel's facts do not stand for those of one that said nothing */
static void test_missing_generation(void **state)
{
	static const struct guest nothing;

	assert_kexecs(&nothing, NULL, VERDICT_HARTS, "after kexec 1: 0 of 4 harts online");
	assert_kexecs(&nothing, &good, VERDICT_HARTS, "after kexec 1: 0 of 4 harts online");
	assert_kexecs(&good, &nothing, VERDICT_HARTS, "after kexec 2: 0 of 4 harts online");
}

static void test_kexec_that_was_not_done(void **state)
{
	struct cell other = cell;

	other.kexecs = 1;
	assert_guest_of(&other, good, VERDICT_HARTS, "after kexec 1: 0 of 4 harts online");
}

/* An earlier kernel's fault is told before a later one's */
static void test_first_kernel_counts_first(void **state)
{
	struct guest first = good, second = good;
	const struct guest * const later[] = { &second, NULL };
	struct cell other;
	struct boot boot;

	first.units = NULL;
	second.online = "0";
	boot = make_kexecs(&other, &first, later);
	assert_verdict(&boot, VERDICT_UNITS, "unit of CPU 0 not stated");
}

static void test_names_of_generations(void **state)
{
	static const struct guest * const later[] = { &good, NULL };
	struct outcome outcome;
	struct cell other;
	struct boot boot = make_kexecs(&other, &good, later);

	judge(&boot, &outcome);
	assert_int_equal(outcome.tests.nr_tests, 1 + 2 * 6 + 2);
	assert_string_equal(outcome.tests.tests[6].name, "each unit in the memory of its node");
	assert_string_equal(outcome.tests.tests[7].name, "harts online (kexec 1)");
	assert_string_equal(outcome.tests.tests[12].name,
			    "each unit in the memory of its node (kexec 1)");
	assert_string_equal(ktap_fact(&outcome.tests, 0, "paging"), "sv39");
	assert_string_equal(ktap_fact(&outcome.tests, 1, "paging"), "sv39");
	outcome_free(&outcome);
	ktap_free(&boot.ktap);
}

static void test_guest_tests(void **state)
{
	struct guest guest = good;

	guest.results = "# CPU 3 runs on CPU 0\nnot ok 2 pinned\n";
	assert_guest(guest, VERDICT_TESTS, "pinned: CPU 3 runs on CPU 0");
	guest.results = "  1..1\n  not ok 1 cpu 3\nnot ok 2 pinned\n";
	assert_guest(guest, VERDICT_TESTS, "pinned: cpu 3");
	guest.results = "ok 2 pinned # SKIP one CPU\n";
	assert_guest(guest, VERDICT_PASS, NULL);
}

/* As many tests as a document can have, and the verdict's own parts on top */
static void test_many_guest_tests(void **state)
{
	struct boot boot = { .cell = &cell };
	struct outcome outcome;
	int i;

	ktap_init(&boot.ktap);
	tell(&boot, "KTAP version 1\n# cell " CELL_NAME "\n1..10000", "");
	for (i = 0; i < 10000; i++)
		ktap_add_test(&boot.ktap, KTAP_OK, xasprintf("t"), NULL);
	boot.ktap.level[0].seen = 10000;
	tell_facts(&boot, &good);
	tell(&boot, "# done", "");
	say(&boot, "[    0.1] BUG: the last part\n");
	ktap_end(&boot.ktap);
	assert_null(boot.ktap.fault);
	judge(&boot, &outcome);
	assert_int_equal(outcome.verdict, VERDICT_SPLAT);
	assert_string_equal(outcome.reason, "BUG: the last part");
	outcome_free(&outcome);
	ktap_free(&boot.ktap);
}

static void test_splat(void **state)
{
	struct boot boot = make_boot(&good);

	say(&boot, "[    0.5] WARNING: CPU: 0 PID: 1 at mm/percpu.c:1\n");
	assert_verdict(&boot, VERDICT_SPLAT, "WARNING: CPU: 0 PID: 1 at mm/percpu.c:1");
}

static void test_panic_after_the_result(void **state)
{
	struct boot boot = make_boot(&good);

	say(&boot, PANIC);
	assert_verdict(&boot, VERDICT_PANIC, "Unable to handle kernel paging request");
}

static void test_panic(void **state)
{
	assert_end("OpenSBI v1.6\n" PANIC, 0, VERDICT_PASS, VERDICT_PANIC, "Unable to handle");
	assert_end("OpenSBI v1.6\n" PANIC, SIGKILL, VERDICT_PANIC, VERDICT_PANIC,
		   "Unable to handle");
	assert_end(PANIC, SIGKILL, VERDICT_TIMEOUT, VERDICT_PANIC, "Unable to handle");
}

static void test_stopped(void **state)
{
	assert_end("", SIGKILL, VERDICT_TIMEOUT, VERDICT_TIMEOUT, "stopped after 12.3 s: timeout");
	assert_end("", SIGKILL, VERDICT_SILENCE, VERDICT_SILENCE, "stopped after 12.3 s: silence");
	assert_end("", SIGKILL, VERDICT_FLOOD, VERDICT_FLOOD, "stopped after 12.3 s: flood");
}

/* A whole result does not save a boot that did not end by itself */
static void test_stopped_after_the_result(void **state)
{
	struct boot boot = make_boot(&good);

	boot.stopped = VERDICT_SILENCE;
	boot.status = SIGKILL;
	assert_verdict(&boot, VERDICT_SILENCE, "stopped after 3.2 s");
}

static void test_crash(void **state)
{
	struct boot boot = make_boot(&good);

	assert_end("", SIGSEGV, VERDICT_PASS, VERDICT_CRASH, "QEMU was killed by signal 11");
	assert_end("", STATUS(1), VERDICT_PASS, VERDICT_CRASH, "QEMU ended with status 1");
	boot.status = STATUS(1);
	assert_verdict(&boot, VERDICT_CRASH, "QEMU ended with status 1");
}

static void test_no_result(void **state)
{
	struct guest guest = good;

	assert_end("OpenSBI v1.6\n" SMP_CONSOLE, 0, VERDICT_PASS, VERDICT_NO_RESULT,
		   "without a whole result: empty");
	guest.end = NULL;
	assert_guest(guest, VERDICT_NO_RESULT, "without a whole result: no end");
	guest = good;
	guest.results = "";
	assert_guest(guest, VERDICT_NO_RESULT, "not as many results as planned");
}

static void test_result_of_another_cell(void **state)
{
	struct guest guest = good;

	guest.cell = "6.1.numa.page.sv48.smp4";
	assert_guest(guest, VERDICT_NO_RESULT, "the result is of 6.1.numa.page.sv48.smp4");
	guest.cell = NULL;
	assert_guest(guest, VERDICT_NO_RESULT, "the result is of no cell");
}

static void assert_opensbi(unsigned int major, unsigned int minor, enum verdict verdict,
			   const char *reason)
{
	struct boot boot = make_boot(&good);

	boot.console.opensbi_major = major;
	boot.console.opensbi_minor = minor;
	assert_verdict(&boot, verdict, reason);
}

static void test_old_opensbi(void **state)
{
	assert_opensbi(1, 5, VERDICT_HARNESS, "OpenSBI 1.5 loses harts; use 1.6 or later (BIOS=)");
	assert_opensbi(1, 6, VERDICT_PASS, NULL);
	assert_opensbi(1, 10, VERDICT_PASS, NULL);
	assert_opensbi(2, 0, VERDICT_PASS, NULL);
	assert_opensbi(0, 0, VERDICT_PASS, NULL);
	assert_opensbi(0, 9, VERDICT_PASS, NULL);
}

static void test_trouble(void **state)
{
	struct boot boot = make_boot(&good);
	char trouble[] = "cannot write a/console.log: No space left on device";

	boot.trouble = trouble;
	assert_verdict(&boot, VERDICT_HARNESS, trouble);
}

/* --- controls --- */

static struct cell control;

static struct boot make_control(const struct guest *guest, enum verdict fails)
{
	static regex_t regex;
	struct boot boot = make_boot(guest);

	control = cell;
	control.fails = fails;
	strcpy(control.console, "CPU[0-9]+: failed");
	regfree(&regex);
	assert_int_equal(regcomp(&regex, control.console, REG_EXTENDED | REG_NOSUB), 0);
	boot.cell = &control;
	boot.console.wanted = &regex;
	return boot;
}

static void test_control_that_fails_as_named(void **state)
{
	struct guest guest = good;
	struct boot boot;

	guest.online = "0";
	boot = make_control(&guest, VERDICT_HARTS);
	say(&boot, LOST_HART);
	assert_verdict(&boot, VERDICT_PASS, "fails as named: harts: 1 of 4 harts online");
}

static void test_control_after_a_kexec(void **state)
{
	struct guest guest = good;
	const struct guest * const later[] = { &guest, NULL };
	struct boot boot, kexec;
	struct cell other;

	guest.units = "0:0x80000000 1:0x80000000 2:0x80000000 3:0x80000000";
	boot = make_control(&good, VERDICT_UNITS);
	kexec = make_kexecs(&other, &good, later);
	ktap_free(&boot.ktap);
	boot.ktap = kexec.ktap;
	control.kexecs = 1;
	say(&boot, LOST_HART);
	assert_verdict(&boot, VERDICT_PASS,
		       "fails as named: units: after kexec 1: the unit of CPU 2 is at 0x80000000");
}

static void test_control_that_passes(void **state)
{
	struct boot boot = make_control(&good, VERDICT_HARTS);

	assert_verdict(&boot, VERDICT_CONTROL,
		       "must fail with harts and say \"CPU[0-9]+: failed\"; got pass, and the console does not say it");
}

static void test_control_that_fails_otherwise(void **state)
{
	struct guest guest = good;
	struct boot boot;

	guest.online = "0";
	boot = make_control(&guest, VERDICT_PANIC);
	say(&boot, LOST_HART);
	assert_verdict(&boot, VERDICT_CONTROL, "got harts: 1 of 4 harts online");
}

static void test_control_whose_console_lacks_the_line(void **state)
{
	struct guest guest = good;
	struct boot boot;

	guest.online = "0";
	boot = make_control(&guest, VERDICT_HARTS);
	assert_verdict(&boot, VERDICT_CONTROL, "got harts: 1 of 4 harts online, and the console");
}

/* Trouble is never what a control waits for */
static void test_control_in_trouble(void **state)
{
	struct boot boot = make_control(&good, VERDICT_HARTS);

	boot.console.opensbi_minor = 5;
	say(&boot, LOST_HART);
	assert_verdict(&boot, VERDICT_HARNESS, "OpenSBI 1.5");
}

int main(void)
{
	const struct CMUnitTest judge[] = {
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_harts),
		cmocka_unit_test(test_fewer_harts),
		cmocka_unit_test(test_possible),
		cmocka_unit_test(test_facts_come_before_splats),
		cmocka_unit_test(test_cpulist_weight),
		cmocka_unit_test(test_chunk),
		cmocka_unit_test(test_paging),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_nodes_not_stated),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_boot_hart),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_units_not_stated),
		cmocka_unit_test(test_units_of_a_node_without_memory),
		cmocka_unit_test(test_units_anywhere),
		cmocka_unit_test(test_numa_off),
		cmocka_unit_test(test_kernel_without_numa),
		cmocka_unit_test(test_kexecs),
		cmocka_unit_test(test_missing_generation),
		cmocka_unit_test(test_kexec_that_was_not_done),
		cmocka_unit_test(test_first_kernel_counts_first),
		cmocka_unit_test(test_names_of_generations),
		cmocka_unit_test(test_guest_tests),
		cmocka_unit_test(test_many_guest_tests),
		cmocka_unit_test(test_splat),
		cmocka_unit_test(test_panic_after_the_result),
		cmocka_unit_test(test_panic),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_stopped_after_the_result),
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_no_result),
		cmocka_unit_test(test_result_of_another_cell),
		cmocka_unit_test(test_old_opensbi),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_control_that_fails_as_named),
		cmocka_unit_test(test_control_after_a_kexec),
		cmocka_unit_test(test_control_that_passes),
		cmocka_unit_test(test_control_that_fails_otherwise),
		cmocka_unit_test(test_control_whose_console_lacks_the_line),
		cmocka_unit_test(test_control_in_trouble),
	};

	return cmocka_run_group_tests(judge, NULL, NULL);
}
