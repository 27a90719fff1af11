// SPDX-License-Identifier: GPL-2.0-only
/* What a survey prints of made-up boots. The cases are in survey.txt, which explains itself. */
#include "survey.h"
#include "test.h"

#define STAMP		"[    0.000000] "
#define MACHINE		"4 1G/1 1G@89G/3 ids=0,2-3,7 possible=5"
#define TEXT_SIZE	4096

/* The kernel: at 4 a function with a flush, at 10 one that calls it, of 6 bytes each */
static const uint8_t code[] = {
	0, 0, 0, 0,
	0x73, 0x00, 0x00, 0x12, 0x82, 0x80,	/* sfence.vma; ret */
	0xef, 0xf0, 0xbf, 0xff, 0x82, 0x80,	/* jal ra, 4; ret */
};

/* What a guest states, unless survey.txt says otherwise */
static const char *const good_facts[][2] = {
	{ "cpus_online", "0-3" }, { "cpus_possible", "0-4" }, { "cpu_hart", "0:0 1:2 2:3 3:7" },
	{ "cpu_node", "0:0 1:1 2:1 3:1" },
	{ "cpu_unit", "0:0x80001000 1:0x16c0001000 2:0x16c0002000 3:0x16c0003000" },
	{ "paging", "sv39" }, { "first_chunk_pages", "31" },
};

/* A boot as survey.txt describes it */
struct made_boot {
	char alloc[8], machine[16], chunk[8], paging[8];
	char facts[16][2][256];
	unsigned int nr_tests;
	char tests[TEXT_SIZE], console[TEXT_SIZE], results[TEXT_SIZE], end[TEXT_SIZE];
	bool quiet;	/* it leaves no more than survey.txt says */
	bool in_log;	/* the results are in the kernel's log */
};

static char *top;
static struct strv dirs;
static struct made_boot boot;
static char *screen;
static int status;

static void append(char text[TEXT_SIZE], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void append(char text[TEXT_SIZE], const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(text + len, TEXT_SIZE - len, fmt, args);
	va_end(args);
}

static char *fact(const char *key)
{
	unsigned int i = 0;

	while (*boot.facts[i][0] && strcmp(boot.facts[i][0], key))
		i++;
	strcpy(boot.facts[i][0], key);
	return boot.facts[i][1];
}

static void add_results(const char *cell)
{
	unsigned int i;

	append(boot.results, "KTAP version 1\n# cell %s\n1..%u\n  KTAP version 1\n  1..1\n", cell,
	       boot.nr_tests + 1);
	for (i = 0; *boot.facts[i][0]; i++)
		append(boot.results, "  # fact %s %s\n", boot.facts[i][0], boot.facts[i][1]);
	append(boot.results, "  ok 1 facts\nok 1 facts\n%s# done\n", boot.tests);
}

/* As the guest writes them, every line in two parts */
static void move_results_to_log(void)
{
	char *next = boot.results, *line;

	while ((line = strsep(&next, "\n")) && *line)
		append(boot.console, STAMP "percpu.result+ %.*s\r\n[    2.0] a message\r\n" STAMP
		       "percpu.result: %s\r\n", (int)strlen(line) / 2, line,
		       line + strlen(line) / 2);
	*boot.results = '\0';
}

static char *make_console(void)
{
	const char *chunk = strcmp(fact("first_chunk"), "page") ? "Embedded 33 pages/cpu s95704" :
								  "31 4K pages/cpu s95704";

	if (boot.quiet)
		return xasprintf("OpenSBI v1.6\n%s", boot.console);
	return xasprintf("OpenSBI v1.6\n" STAMP "Linux version 6.6.0-vendor (cc 1.0)\n" STAMP
			 "percpu: %s\n%s", chunk, boot.console);
}

static void leave(const char *dir, const char *name, const char *text)
{
	char *path __free(free) = xasprintf("%s/%s", dir, name);

	assert_true(write_file(path, text, strlen(text)));
}

static void leave_boot(void)
{
	char *cell __free(free) = xasprintf("survey.image.%s.%s.%s", boot.alloc, boot.paging,
					    boot.machine);
	char *row __free(free) = xasprintf("%s " MACHINE "\nsurvey image %s %s %s %s\n",
					   boot.machine, boot.machine, boot.paging,
					   strcmp(boot.alloc, "auto") ? boot.alloc : "-",
					   boot.chunk);
	char *dir = xasprintf("%s/%zu", top, dirs.n);
	char *console __free(free) = NULL;

	strv_add(&dirs, dir);
	if (!boot.quiet)
		add_results(cell);
	if (boot.in_log)
		move_results_to_log();
	console = make_console();
	assert_true(make_dir(dir));
	leave(dir, "cell", row);
	leave(dir, "end", boot.end);
	leave(dir, "result.ktap", boot.results);
	leave(dir, "console.log", console);
}

/* "boot ALLOC MACHINE CHUNK [PAGING]"; the one before is complete then */
static void begin_boot(const char *text)
{
	size_t i;

	if (*boot.machine)
		leave_boot();
	boot = (struct made_boot){ .paging = "sv39" };
	if (!text)
		return;
	assert_true(sscanf(text, "%7s %15s %7s %7s", boot.alloc, boot.machine, boot.chunk,
			   boot.paging) >= 3);
	for (i = 0; i < ARRAY_SIZE(good_facts); i++)
		strcpy(fact(good_facts[i][0]), good_facts[i][1]);
	strcpy(fact("first_chunk"), boot.chunk);
}

static void begin_case(const char *name)
{
	printf("# %s\n", name);
	free(screen);
	strv_free(&dirs);
	memset(&boot, 0, sizeof(boot));
}

static void run_survey(void)
{
	char *image __free(free) = xasprintf("%s/Image", top);
	size_t size;
	FILE *file = open_memstream(&screen, &size);
	const char *line;

	begin_boot(NULL);
	assert_true(write_file(image, code, sizeof(code)));
	status = survey(file, "vendor.deb", image, &dirs);
	fclose(file);
	for (line = screen; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 100);
	assert_true(count_lines(screen) <= 40);
	assert_null(strpbrk(screen, "\x1b\xff"));
}

static void set_fact(char *text)
{
	const char *key = strsep(&text, " ");

	snprintf(fact(key), sizeof(boot.facts[0][1]), "%s", text ? text : "");
}

static void obey(const char *word, char *text)
{
	if (!strcmp(word, "case"))
		begin_case(text);
	else if (!strcmp(word, "boot"))
		begin_boot(text);
	else if (!strcmp(word, "fact"))
		set_fact(text);
	else if (!strcmp(word, "fails"))
		append(boot.tests, "# CPU 2 does not work\nnot ok %u %s\n",
		       ++boot.nr_tests + 1, text);
	else if (!strcmp(word, "says"))
		append(boot.console, STAMP "%s\n", text);
	else if (!strcmp(word, "raw"))
		append(boot.console, "%s\n", text);
	else if (!strcmp(word, "hostile"))
		append(boot.console, STAMP "BUG: <\x01\x1b\xff\xc0\xaf%%s%0300d\n", 0);
	else if (!strcmp(word, "ktap"))
		append(boot.results, "%s\n", text);
	else if (!strcmp(word, "end"))
		append(boot.end, "%s\n", text);
	else if (!strcmp(word, "quiet"))
		boot.quiet = true;
	else if (!strcmp(word, "in-log"))
		boot.in_log = true;
	else if (!strcmp(word, "survey"))
		run_survey();
	else if (!strcmp(word, "status"))
		assert_int_equal(status, atoi(text));
	else if (!strcmp(word, "prints"))
		assert_contains(screen, text);
	else if (!strcmp(word, "lacks"))
		assert_null(strstr(screen, text));
	else
		fail_msg("survey.txt: %s", word);
}

static void test_cases(void **state)
{
	char *path __free(free) = make_file("", 0);
	char *data __free(free) = read_file("tests/survey.txt", NULL);
	char *next = data, *line, *word, *command;

	unlink(path);
	top = path;
	assert_true(make_dir(top));
	assert_non_null(data);
	while ((line = strsep(&next, "\n"))) {
		line += strspn(line, " ");
		if (*line && *line != '#') {
			word = strsep(&line, " ");
			obey(word, line);
		}
	}
	begin_case("end");
	command = xasprintf("rm -rf '%s'", top);
	assert_int_equal(system(command), 0);
	free(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
