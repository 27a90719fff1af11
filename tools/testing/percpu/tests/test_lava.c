// SPDX-License-Identifier: GPL-2.0-only
/* What LAVA is told of a cell, and what its log tells of the boot. */
#include "judge.h"
#include "lava.h"
#include "lava_log.h"
#include "made_up.h"

#define AT(second, level, message) \
	"{\"dt\": \"2026-01-01T00:00:" second ".5\", \"lvl\": \"" level \
	"\", \"msg\": " message "}\n"
#define SAYS(second, text)	AT(second, "target", "\"" text "\"")
#define JOB			"{\"case\": \"job\", \"definition\": \"lava\", "
#define ENDS(second, more)	AT(second, "results", JOB more "}")
#define FAILS(second, type, message) \
	ENDS(second, "\"error_msg\": \"" message "\", \"error_type\": \"" type "\"")

static const char boot_lines[] =
	SAYS("01", "OpenSBI v1.6")
	SAYS("02", "[    0.1] Linux version 6.1")
	SAYS("03", "[    0.2] percpu.result: KTAP version 1")
	SAYS("03", "[    0.2] percpu.result: # cell c")
	SAYS("03", "init: vir[    0.2] percpu.result: 1..2")
	SAYS("04", "[    0.3] percpu.result+ ok 1 fa")
	SAYS("04", "[    0.3] percpu.result: cts")
	SAYS("04", "[    0.3] percpu.result: not ok 2 a \\\\\\\"b\\\\\\\"");
static const char done_line[] = SAYS("05", "[    0.4] percpu.result: # done");

static const struct machine flat = {
	.name = "flat", .harts = 1, .possible = 1, .nr_nodes = 1,
	.nodes = { { 0, 512 << 20, 1 } }, .boot = -1,
};

static struct cell cell = {
	.name = "6.1.numa.page.sv39.flat", .kernel = "numa", .machine = &flat, .paging = "sv39",
	.alloc = "page", .chunk = "page", .timeout = 77,
};

static char *make_dir_of_our_own(void)
{
	char *dir = make_file("", 0);

	unlink(dir);
	assert_true(make_dir(dir));
	return dir;
}

static void drop_dir(char *dir)
{
	char *command = xasprintf("rm -rf '%s'", dir);

	assert_int_equal(system(command), 0);
	free(command);
	free(dir);
}

static char *read_in(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *text = read_file(path, NULL);

	assert_non_null(text);
	free(path);
	return text;
}

static void test_a_job_has_the_arguments_of_the_runner(void **state)
{
	const struct tools tools = {
		.qemu = "/q e\"mu", .bios = "/fw", .kernels = "/kernels", .initrd = "/initrd",
	};
	char *jobs = make_dir_of_our_own();
	char *dir = xasprintf("%s/%s", jobs, cell.name);
	char *job, *device;

	assert_true(lava_write(&cell, &tools, 5, jobs));
	job = read_in(dir, "job.yaml");
	assert_contains(job, "\n  machine: \"virt,memory-backend=ram\"\n");
	assert_contains(job, "\n  cpu: \"rv64,sv48=off\"\n");
	assert_contains(job, "\n  memory: \"512M\"\n");
	assert_contains(job, "\n  - \"-smp 1\"\n  - \"-no-reboot\"\n");
	assert_contains(job, "\n        image_arg: \"-bios {bios}\"\n        url: \"file:///fw\"\n");
	assert_contains(job, "\"-kernel {kernel} -append \\\"console=ttyS0 earlycon percpu_alloc=");
	assert_contains(job, "(?=0[\\\\r\\\\n])");
	assert_contains(job, "\n        \"0\": pass\n        \"page\": pass\n");
	assert_contains(job, "\n      seconds: 77\n");
	assert_null(strstr(job, "virtserialport"));
	device = read_in(dir, "device.yaml");
	assert_contains(device, "\n          command: \"/q e\\\"mu\"\n");
	assert_contains(device, "\n          - -cpu rv64,sv48=off\n");
	free(device);
	free(job);
	free(dir);
	drop_dir(jobs);
}

/* @lines may be empty, @end too */
static bool read_log(struct boot *boot, const char *lines, const char *more, const char *end,
		     char **dir)
{
	char *log = xasprintf("%s%s%s", lines, more, end);
	char *path = make_file(log, strlen(log));
	bool ok;

	*dir = make_dir_of_our_own();
	boot_init(boot, &cell);
	ok = lava_log_read(boot, path, *dir);
	drop_file(path);
	free(log);
	return ok;
}

static void test_a_log_has_console_and_results(void **state)
{
	struct boot boot;
	char *dir, *text;

	assert_true(read_log(&boot, boot_lines, done_line, ENDS("09", "\"result\": \"pass\""),
			     &dir));
	assert_int_equal(boot.console.opensbi_major, 1);
	assert_string_equal(boot.ktap.cell, "c");
	assert_int_equal(boot.ktap.nr_tests, 2);
	assert_string_equal(boot.ktap.tests[0].name, "facts");
	assert_string_equal(boot.ktap.tests[1].name, "a \"b\"");
	assert_true(boot.ktap.done);
	assert_null(boot.trouble);
	assert_true(boot.seconds > 3.9 && boot.seconds < 4.1);
	text = read_in(dir, "result.ktap");
	assert_string_equal(text,
			    "KTAP version 1\n# cell c\n1..2\nok 1 facts\nnot ok 2 a \"b\"\n# done\n");
	free(text);
	boot_free(&boot);
	drop_dir(dir);
}

static void test_a_server_has_a_list(void **state)
{
	struct boot boot;
	char *dir;

	assert_true(read_log(&boot, "- " SAYS("01", "OpenSBI v1.6"), "- ", done_line, &dir));
	assert_int_equal(boot.console.opensbi_minor, 6);
	boot_free(&boot);
	drop_dir(dir);
}

static void assert_end(const char *lines, const char *end, enum verdict stopped,
		       const char *trouble)
{
	struct boot boot;
	char *dir;

	assert_true(read_log(&boot, lines, "", end, &dir));
	assert_int_equal(boot.stopped, stopped);
	assert_int_equal(!boot.trouble, !trouble);
	if (trouble)
		assert_contains(boot.trouble, trouble);
	boot_free(&boot);
	drop_dir(dir);
}

static void test_a_boot_that_does_not_end(void **state)
{
	assert_end(boot_lines, FAILS("30", "Test", "x timed out after 9 seconds"),
		   VERDICT_TIMEOUT, NULL);
	assert_end(boot_lines, FAILS("59", "Test", "x timed out after 9 seconds"),
		   VERDICT_SILENCE, NULL);
	assert_end(boot_lines, FAILS("30", "Test", "Connection closed"), VERDICT_PASS, NULL);
}

static void test_what_is_not_the_kernels_fault(void **state)
{
	assert_end(boot_lines, "", VERDICT_PASS, "the log ends before the job");
	assert_end("", "", VERDICT_PASS, "the log ends before the job");
	assert_end("", FAILS("01", "Job", "no such file"), VERDICT_PASS,
		   "nothing was booted: no such file");
	assert_end(boot_lines, FAILS("09", "Infrastructure", "disk"), VERDICT_PASS,
		   "LAVA: Infrastructure: disk");
}

static void test_what_is_no_log(void **state)
{
	struct boot boot;
	char *dir;

	stderr_begin();
	assert_false(read_log(&boot, boot_lines, "{\"dt\": [\n", "", &dir));
	assert_contains(stderr_end(), ":9: not a record of LAVA's log; want lava-run's stderr or");
	boot_free(&boot);
	drop_dir(dir);
	assert_true(read_log(&boot, "just text\n[1, 2]\n", "", "", &dir));
	assert_non_null(boot.trouble);
	boot_free(&boot);
	drop_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_job_has_the_arguments_of_the_runner),
		cmocka_unit_test(test_a_log_has_console_and_results),
		cmocka_unit_test(test_a_server_has_a_list),
		cmocka_unit_test(test_a_boot_that_does_not_end),
		cmocka_unit_test(test_what_is_not_the_kernels_fault),
		cmocka_unit_test(test_what_is_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
