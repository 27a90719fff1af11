// SPDX-License-Identifier: GPL-2.0-only
/* What the runner takes for a splat, a panic and a firmware version. */
#include "console.h"
#include "test.h"

#define BANNER(version)								\
	"\n"									\
	"OpenSBI v" version "\n"						\
	"   ____                    _____ ____ _____\n"				\
	"  / __ \\                  / ____|  _ \\_   _|\n"			\
	"Platform Name             : riscv-virtio,qemu\n"			\
	"Platform HART Count       : 4\n"

#define BOOT									\
	"[    0.000000] Linux version 6.1.158 (riscv64-linux-gnu-gcc) #1 SMP\n"	\
	"[    0.000000] earlycon: ns16550a0 at MMIO 0x0000000010000000\n"	\
	"[    0.000000] percpu: 15 4K pages/cpu s21752 r8192 d31496\n"		\
	"[    0.000000] Kernel command line: console=ttyS0 percpu_alloc=page\n"	\
	"[    0.061834] smp: Brought up 2 nodes, 4 CPUs\n"

#define END									\
	"init: powering off\n"							\
	"[    2.345678] reboot: Power down\n"

/* Whole at once, and byte by byte: the same must come of it */
static struct console hear_bytes(const char *data, size_t size)
{
	struct console whole = { 0 }, bytes = { 0 };
	size_t i;

	console_feed(&whole, data, size);
	console_end(&whole);
	for (i = 0; i < size; i++)
		console_feed(&bytes, data + i, 1);
	console_end(&bytes);
	assert_string_equal(whole.splat, bytes.splat);
	assert_int_equal(whole.panicked, bytes.panicked);
	assert_int_equal(whole.ended, bytes.ended);
	assert_int_equal(whole.opensbi_minor, bytes.opensbi_minor);
	return whole;
}

static struct console hear(const char *text)
{
	return hear_bytes(text, strlen(text));
}

static void assert_clean(const char *text)
{
	struct console console = hear(text);

	assert_string_equal(console.splat, "");
	assert_false(console.panicked);
	assert_false(console.ended);
}

static void assert_splat(const char *text, const char *splat)
{
	struct console console = hear(text);

	assert_string_equal(console.splat, splat);
}

static void test_clean_boot(void **state)
{
	assert_clean(BANNER("1.6") BOOT END);
	assert_clean("");
	assert_clean("\n\n\n");
}

static void test_warning(void **state)
{
	assert_splat(BOOT
		     "[    0.004512] ------------[ cut here ]------------\n"
		     "[    0.004698] WARNING: CPU: 0 PID: 0 at mm/percpu.c:2741 pcpu_setup+0x1c/0x8a\n"
		     "[    0.004801] Modules linked in:\n" END,
		     "WARNING: CPU: 0 PID: 0 at mm/percpu.c:2741 pcpu_setup+0x1c/0x8a");
}

static void test_oops(void **state)
{
	struct console console =
		hear(BOOT
		     "[    1.034111] Unable to handle kernel paging request at virtual address ff1\n"
		     "[    1.034321] Oops [#1]\n"
		     "[    1.034400] CPU: 1 PID: 1 Comm: swapper/0 Not tainted 6.1.158 #1\n"
		     "[    1.035000] ---[ end trace 0000000000000000 ]---\n");

	assert_string_equal(console.splat,
			    "Unable to handle kernel paging request at virtual address ff1");
	assert_false(console.panicked);
	assert_splat("[    1.034321] Oops [#1]\n", "Oops [#1]");
	assert_splat("[    1.034321] Oops - BUG [#1]\n", "Oops - BUG [#1]");
	assert_splat("[    1.0] Oops - load access fault [#2]\n", "Oops - load access fault [#2]");
}

static void test_bug(void **state)
{
	assert_splat(BOOT "[    0.100000] kernel BUG at mm/percpu.c:2500!\n",
		     "kernel BUG at mm/percpu.c:2500!");
	assert_splat("[    0.1] BUG: sleeping function called from invalid context at mm/x.c:1\n",
		     "BUG: sleeping function called from invalid context at mm/x.c:1");
	assert_splat("[    0.1] watchdog: BUG: soft lockup - CPU#3 stuck for 26s! [a:1]\n",
		     "watchdog: BUG: soft lockup - CPU#3 stuck for 26s! [a:1]");
	assert_splat("[   21.0] rcu: INFO: rcu_sched self-detected stall on CPU\n",
		     "rcu: INFO: rcu_sched self-detected stall on CPU");
}

static void test_kasan_report(void **state)
{
	assert_splat(BOOT
		     "[    0.201011] =========================================================\n"
		     "[    0.202345] BUG: KASAN: vmalloc-out-of-bounds in pcpu_alloc+0x1/0x2\n"
		     "[    0.203456] Write of size 8 at addr ff20000000011000 by task swapper/0\n",
		     "BUG: KASAN: vmalloc-out-of-bounds in pcpu_alloc+0x1/0x2");
}

static void test_lost_hart(void **state)
{
	assert_splat(BOOT "[    1.056789] CPU1: failed to come online\n" END,
		     "CPU1: failed to come online");
	assert_splat(BOOT "[   11.954871] CPU1 failed to report alive state\n" END,
		     "CPU1 failed to report alive state");
}

static void test_unknown_allocator(void **state)
{
	assert_splat("[    0.000000] PERCPU: unknown allocator page specified\n" BOOT,
		     "PERCPU: unknown allocator page specified");
	assert_splat("[    0.000000] percpu: unknown allocator page specified\n" BOOT,
		     "percpu: unknown allocator page specified");
}

static void test_first_splat_counts(void **state)
{
	assert_splat("[    0.1] WARNING: CPU: 0 PID: 0 at a\n[    0.2] BUG: b\n",
		     "WARNING: CPU: 0 PID: 0 at a");
}

static void test_panic_that_ends(void **state)
{
	struct console console =
		hear(BOOT
		     "[    1.1] Kernel panic - not syncing: Attempted to kill the idle task!\n"
		     "[    1.2] ---[ end Kernel panic - not syncing: Attempted to kill ]---\n");

	assert_string_equal(console.splat,
			    "Kernel panic - not syncing: Attempted to kill the idle task!");
	assert_true(console.panicked);
	assert_true(console.ended);
}

static void test_panic_that_does_not_end(void **state)
{
	struct console console =
		hear(BOOT
		     "[    1.1] Kernel panic - not syncing: Fatal exception\n"
		     "[    1.2] SMP: stopping secondary CPUs\n");

	assert_true(console.panicked);
	assert_false(console.ended);
}

static void test_user_space_may_say_anything(void **state)
{
	assert_clean(BANNER("1.6") BOOT
		     "init: BUG: none was found\n"
		     "BUG: this is no message of the kernel\n"
		     "WARNING: neither is this\n"
		     "Kernel panic - not syncing: nor this\n"
		     "[x] Oops: 1\n"
		     "[ ] BUG: 1\n"
		     "[1.5 BUG: 1\n" END);
	assert_clean("[    0.5] looking for BUG: in the log\n");
	assert_clean("[    0.5] Kernel command line: panic=-1 oops=panic\n");
}

static void test_timestamps(void **state)
{
	assert_splat("[0.5] BUG: a\n", "BUG: a");
	assert_splat("[12345.678901] BUG: a\n", "BUG: a");
	assert_splat("[    0.5]BUG: a\n", "BUG: a");
	assert_splat("[    0.500000][    T1] BUG: a\n", "BUG: a");
	assert_splat("[    0.500000][    C0] WARNING: a\n", "WARNING: a");
	assert_clean("[    0.500000] [T1] BUG: a\n");
}

static void assert_opensbi(const char *text, unsigned int major, unsigned int minor)
{
	struct console console = hear(text);

	assert_int_equal(console.opensbi_major, major);
	assert_int_equal(console.opensbi_minor, minor);
}

static void test_opensbi_version(void **state)
{
	assert_opensbi(BANNER("1.5") BOOT, 1, 5);
	assert_opensbi(BANNER("1.6") BOOT, 1, 6);
	assert_opensbi(BANNER("1.5.1") BOOT, 1, 5);
	assert_opensbi(BANNER("2.10-rc1-dirty") BOOT, 2, 10);
	assert_opensbi(BOOT, 0, 0);
	assert_opensbi(BANNER("1.6") BOOT "OpenSBI v1.5\n", 1, 6);
	assert_opensbi(BOOT "[    0.1] OpenSBI v1.5\n", 0, 0);
}

static void test_crlf(void **state)
{
	struct console console = hear("\r\nOpenSBI v1.6\r\n\r\n[    1.0] BUG: a\r\n"
				      "[    1.1] Kernel panic - not syncing: b\r\n");

	assert_int_equal(console.opensbi_minor, 6);
	assert_string_equal(console.splat, "BUG: a");
	assert_true(console.panicked);
}

static void test_split_lines(void **state)
{
	static const char * const pieces[] = { "[    1.0", "00000] CPU", "3: failed to",
					       " come online", "\n[    1.1] a\n" };
	struct console console = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		assert_string_equal(console.splat, "");
		console_feed(&console, pieces[i], strlen(pieces[i]));
	}
	assert_string_equal(console.splat, "CPU3: failed to come online");
}

static void test_last_line_without_newline(void **state)
{
	struct console console = { 0 };

	console_feed(&console, "[    1.0] BUG: a", 16);
	assert_string_equal(console.splat, "");
	console_end(&console);
	assert_string_equal(console.splat, "BUG: a");
}

static void test_very_long_line(void **state)
{
	size_t size = 100000;
	char *line = malloc(size + 64);
	struct console console;

	memset(line, 'x', size);
	memcpy(line, "[    1.0] BUG: ", 15);
	strcpy(line + size, "\n[    1.1] Kernel panic - not syncing: a\n");
	console = hear(line);
	assert_memory_equal(console.splat, "BUG: xxx", 8);
	assert_int_equal(strlen(console.splat), LINE_SIZE - 1 - strlen("[    1.0] "));
	assert_true(console.panicked);
	free(line);
}

static void test_nuls(void **state)
{
	static const char data[] = "\0\0[    \0001.0] B\0UG: a\0\n\0";
	struct console console = hear_bytes(data, sizeof(data) - 1);

	assert_string_equal(console.splat, "BUG: a");
}

static void test_binary_garbage(void **state)
{
	static const char bug[] = "\n[    1.0] BUG: a\n";
	unsigned char data[65536 + sizeof(bug)];
	unsigned int seed = 1;
	struct console console;
	size_t i;

	for (i = 0; i < 65536; i++) {
		seed = seed * 1103515245 + 12345;
		data[i] = seed >> 16;
	}
	console = hear_bytes((char *)data, 65536);
	assert_string_equal(console.splat, "");
	memcpy(data + 65536, bug, sizeof(bug));
	console = hear_bytes((char *)data, sizeof(data));
	assert_string_equal(console.splat, "BUG: a");
}

static bool is_seen(const char *wanted, const char *text)
{
	struct console console = { 0 };
	regex_t regex;

	assert_int_equal(regcomp(&regex, wanted, REG_EXTENDED | REG_NOSUB), 0);
	console.wanted = &regex;
	console_feed(&console, text, strlen(text));
	console_end(&console);
	regfree(&regex);
	return console.seen;
}

static void test_wanted_line(void **state)
{
	static const char wanted[] = "CPU[0-9]+: failed to come online";

	assert_true(is_seen(wanted, BOOT "[    1.0] CPU12: failed to come online\n" END));
	assert_false(is_seen(wanted, BOOT END));
	assert_false(is_seen(wanted, "[    1.0] CPU1: failed\n[    1.1] to come online\n"));
	assert_true(is_seen("^init: powering off$", BOOT END));
}

int main(void)
{
	const struct CMUnitTest console[] = {
		cmocka_unit_test(test_clean_boot),
		cmocka_unit_test(test_warning),
		cmocka_unit_test(test_oops),
		cmocka_unit_test(test_bug),
		cmocka_unit_test(test_kasan_report),
		cmocka_unit_test(test_lost_hart),
		cmocka_unit_test(test_unknown_allocator),
		cmocka_unit_test(test_first_splat_counts),
		cmocka_unit_test(test_panic_that_ends),
		cmocka_unit_test(test_panic_that_does_not_end),
		cmocka_unit_test(test_user_space_may_say_anything),
		cmocka_unit_test(test_timestamps),
		cmocka_unit_test(test_opensbi_version),
		cmocka_unit_test(test_crlf),
		cmocka_unit_test(test_split_lines),
		cmocka_unit_test(test_last_line_without_newline),
		cmocka_unit_test(test_very_long_line),
		cmocka_unit_test(test_nuls),
		cmocka_unit_test(test_binary_garbage),
		cmocka_unit_test(test_wanted_line),
	};

	return cmocka_run_group_tests(console, NULL, NULL);
}
