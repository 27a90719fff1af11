// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draws conclusions from all boots together. Each says what was seen; what no boot
 * can show, or what this kernel did not let us see, is said to be unknown.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "survey.h"
#include "util.h"

#define COLUMNS		100
#define TEXT_COLUMN	18

/* Which boots a conclusion is drawn from */
typedef bool (*pick_fn)(const struct seen *seen);

/* Writes a line that fits the screen, of what may be any bytes */
static void print_line(FILE *file, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void print_line(FILE *file, const char *fmt, ...)
{
	char line[1024];
	va_list args;
	size_t i;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (strlen(line) > COLUMNS)
		strcpy(line + COLUMNS - 3, "...");
	for (i = strlen(line); i && line[i - 1] == ' '; i--)
		line[i - 1] = '\0';
	for (i = 0; line[i]; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	fprintf(file, "%s\n", line);
}

static bool is_auto(const struct seen *seen)
{
	return !*seen->cell->alloc;
}

static bool is_asked_page(const struct seen *seen)
{
	return !strcmp(seen->cell->alloc, "page");
}

static bool is_asked_embed(const struct seen *seen)
{
	return !strcmp(seen->cell->alloc, "embed");
}

static bool has_page(const struct seen *seen)
{
	return !strcmp(seen->chunk, "page");
}

static bool has_embed(const struct seen *seen)
{
	return !strcmp(seen->chunk, "embed");
}

static bool is_panic(const struct seen *seen)
{
	return seen->verdict == VERDICT_PANIC;
}

static bool loses_harts(const struct seen *seen)
{
	return seen->online && seen->online < seen_harts(seen);
}

/* The guest or the kernel has said how many harts there are */
static bool has_harts(const struct seen *seen)
{
	return seen->online;
}

static bool is_known(const struct seen *seen)
{
	return *seen->chunk;
}

/* In this paging mode the nodes are too far apart for embed */
static bool is_too_far(const struct seen *seen)
{
	return is_auto(seen) && !strcmp(seen->cell->chunk, "page") &&
	       !strcmp(seen->cell->paging, *seen->paging ? seen->paging : seen->cell->paging);
}

static bool is_near_enough(const struct seen *seen)
{
	return is_auto(seen) && !strcmp(seen->cell->chunk, "embed");
}

static bool is_local(const struct seen *seen)
{
	return seen->units == UNITS_LOCAL;
}

static bool is_elsewhere(const struct seen *seen)
{
	return seen->units == UNITS_ELSEWHERE;
}

static bool knows_no_nodes(const struct seen *seen)
{
	return seen->units == UNITS_NO_NODES;
}

static bool is_unstamped(const struct seen *seen)
{
	return *seen->version && !seen->stamped;
}

static bool has_splat(const struct seen *seen)
{
	return *seen->console.splat;
}

static bool answers(const struct seen *seen)
{
	return seen->channel != CHANNEL_NONE;
}

static bool answers_in_log(const struct seen *seen)
{
	return seen->channel == CHANNEL_LOG;
}

static bool is_logged(const struct seen *seen)
{
	return seen->logged;
}

static bool is_wrong(const struct seen *seen)
{
	return seen->wrong.n;
}

static bool is_trouble(const struct seen *seen)
{
	return seen->verdict == VERDICT_HARNESS || seen->verdict == VERDICT_CRASH;
}

/* How many boots are such, and also @and if there is one */
static unsigned int count(const struct survey *survey, pick_fn pick, pick_fn and)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < survey->nr; i++)
		n += pick(&survey->seen[i]) && (!and || and(&survey->seen[i]));
	return n;
}

static const struct seen *find(const struct survey *survey, pick_fn pick, pick_fn and)
{
	size_t i;

	for (i = 0; i < survey->nr; i++)
		if (pick(&survey->seen[i]) && (!and || and(&survey->seen[i])))
			return &survey->seen[i];
	return NULL;
}

/* Another first chunk is wrong only if this kernel knows the one that was due: a
 * kernel without the page first chunk lacks something, and does nothing wrong by it
 */
static const char *find_wrong_chunk(const struct survey *survey, const struct seen *seen)
{
	if (!is_known(seen))
		return NULL;
	if (has_page(seen)) {
		if (is_asked_embed(seen))
			return "percpu_alloc=embed was asked for, and the first chunk is page";
		if (is_near_enough(seen))
			return "gives embed up on nodes that it would do for";
		return NULL;
	}
	if (!find(survey, has_page, NULL))
		return NULL;
	if (is_asked_page(seen))
		return "percpu_alloc=page was asked for, and the first chunk is embed";
	if (is_too_far(seen))
		return "embed stays on nodes that are too far apart for it";
	return NULL;
}

static void judge_boot(const struct survey *survey, struct seen *seen)
{
	const char *chunk = find_wrong_chunk(survey, seen);

	if (chunk)
		strv_add(&seen->wrong, xasprintf("%s", chunk));
	/* A kernel that never answers may have no console and no initramfs that we know */
	if (seen_unfinished(seen) && find(survey, answers, NULL))
		strv_add(&seen->wrong, xasprintf("does not come to its end: %s: %s",
						 verdict_name(seen->verdict),
						 seen->reason ? seen->reason : ""));
}

/**
 * survey_read() - find out what all boots of a kernel let see
 * @survey: gets it, to be freed with survey_free()
 * @runs: the results, which must outlive @survey
 */
void survey_read(struct survey *survey, const struct runs *runs)
{
	char *path;
	size_t i;

	*survey = (struct survey){ 0 };
	survey->seen = xrealloc(NULL, (runs->report.nr + 1) * sizeof(*survey->seen));
	for (i = 0; i < runs->report.nr; i++) {
		if (!seen_read(&survey->seen[survey->nr], runs, i)) {
			seen_free(&survey->seen[survey->nr]);
			continue;
		}
		path = survey->config ? NULL : runs_file(runs, i, "config");
		if (path && !access(path, R_OK))
			survey->config = read_file(path, NULL);
		free(path);
		survey->nr++;
	}
	for (i = 0; i < survey->nr; i++)
		judge_boot(survey, &survey->seen[i]);
	if (!survey->config)
		survey->config = xasprintf("%s", "");
}

/* Is the line in the configuration? */
static bool is_set(const struct survey *survey, const char *line)
{
	const char *found = strstr(survey->config, line);

	return found && (found == survey->config || found[-1] == '\n') &&
	       strchr("\n", found[strlen(line)]);
}

/* The value of an option, "n" if it is not set; in one of two buffers */
static const char *config_value(const struct survey *survey, const char *option)
{
	static char values[4][32];
	static unsigned int next;
	char *value = values[next++ % 4];
	char *start = xasprintf("\nCONFIG_%s=", option);
	const char *found = strstr(survey->config, start);

	strcpy(value, "n");
	if (found)
		sscanf(found + strlen(start), "%31[^\n]", value);
	free(start);
	return value;
}

static void print_config(FILE *file, const struct survey *survey)
{
	if (!*survey->config)
		print_line(file, "%-*s%s", TEXT_COLUMN, "configuration",
			   "not known: neither beside the kernel nor in it (IKCONFIG)");
	else
		print_line(file, "%-*sNUMA=%s NR_CPUS=%s KASAN=%s PARAVIRT_TIME_ACCOUNTING=%s",
			   TEXT_COLUMN, "configuration", config_value(survey, "NUMA"),
			   config_value(survey, "NR_CPUS"), config_value(survey, "KASAN"),
			   config_value(survey, "PARAVIRT_TIME_ACCOUNTING"));
}

static void print_channel(FILE *file, const struct survey *survey)
{
	unsigned int none = survey->nr - count(survey, answers, NULL);
	unsigned int log = count(survey, answers_in_log, NULL);

	if (!count(survey, answers, NULL)) {
		print_line(file, "%-*s%s", TEXT_COLUMN, "results",
			   "none: no answer over any channel, neither a virtio port nor the log");
		print_line(file, "%-*s%s", TEXT_COLUMN, "console's last",
			   survey->nr && *survey->seen[0].last ? survey->seen[0].last : "(nothing)");
	} else {
		print_line(file, "%-*sover %s%s", TEXT_COLUMN, "results",
			   log == survey->nr - none ?
			   "the kernel's log, taken out of the console: it has no virtio port" :
			   log ? "a virtio serial port, in some boots the kernel's log" :
			   "a virtio serial port", none ? "; some boots gave none" : "");
	}
}

static void print_head(FILE *file, const struct survey *survey, const char *name)
{
	const struct seen *first = find(survey, answers, NULL);
	const char *release = first ? ktap_fact(&first->guest, 0, "release") : NULL;
	size_t i = 0;

	print_line(file, "%-*s%s", TEXT_COLUMN, "survey of", name);
	if (release)
		print_line(file, "%-*s%s", TEXT_COLUMN, "release", release);
	while (i < survey->nr && !*survey->seen[i].version)
		i++;
	print_line(file, "%-*s%s", TEXT_COLUMN, "its first message",
		   i < survey->nr ? survey->seen[i].version : "not seen");
	print_config(file, survey);
	print_channel(file, survey);
}

static const char *units_name(enum units units)
{
	static const char * const names[] = {
		[UNITS_UNKNOWN] = "not stated",
		[UNITS_NO_NODES] = "no nodes",
		[UNITS_LOCAL] = "node-local",
		[UNITS_ELSEWHERE] = "elsewhere",
	};

	return names[units];
}

/* One boot: how many harts, which first chunk, and below it what is wrong */
static void print_boot(FILE *file, const struct seen *seen)
{
	const char *paging = *seen->paging ? seen->paging : "?";
	const char *mark = seen->logged ? "*" : "";
	char harts[32] = "?", chunk[48] = "?";
	size_t i;

	if (seen->online)
		snprintf(harts, sizeof(harts), "%u of %u%s", seen->online,
			 seen->cell->machine->harts, mark);
	if (*seen->chunk)
		snprintf(chunk, sizeof(chunk), "%s, %u pages%s", seen->chunk, seen->pages, mark);
	print_line(file, "%-13s%-9s%-8s%-8s%-11s%-19s%-12s%5.0f s  %s",
		   *seen->cell->alloc ? seen->cell->alloc : "-", seen->cell->machine->name,
		   seen->cell->paging, paging, harts, chunk, units_name(seen->units),
		   seen->seconds, seen->wrong.n ? "WRONG" : "");
	if (is_trouble(seen) || (seen_unfinished(seen) && !seen->wrong.n))
		print_line(file, "  not judged: %s", seen->reason ? seen->reason : "");
	for (i = 0; i < seen->wrong.n; i++)
		print_line(file, "  wrong: %s", seen->wrong.v[i]);
}

static void print_boots(FILE *file, const struct survey *survey)
{
	size_t i;

	fputc('\n', file);
	print_line(file, "%-13s%-9s%-8s%-8s%-11s%-19s%-12s%s", "percpu_alloc", "machine", "offered",
		   "used", "harts", "first chunk", "units", "   time");
	for (i = 0; i < survey->nr; i++)
		print_boot(file, &survey->seen[i]);
	if (count(survey, is_logged, NULL))
		print_line(file, "* taken from the kernel's messages: the guest has not stated it");
}

static void conclude(FILE *file, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void conclude(FILE *file, const char *what, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_line(file, "%-*s%s", TEXT_COLUMN, what, text);
}

static void conclude_page(FILE *file, const struct survey *survey)
{
	static const char what[] = "page first chunk";
	unsigned int got = count(survey, is_asked_page, has_page);

	if (got)
		conclude(file, what, "yes: percpu_alloc=page gives it (%u of %u boots)", got,
			 count(survey, is_asked_page, NULL));
	else if (find(survey, is_asked_page, is_panic) && !find(survey, is_asked_embed, is_panic))
		conclude(file, what, "wrong: the kernel panics when percpu_alloc=page asks for it%s",
			 is_set(survey, "CONFIG_KASAN=y") ?
			 "; has KASAN shadow for it?" : "");
	else if (!find(survey, is_asked_page, has_embed))
		conclude(file, what, "not known: no boot with percpu_alloc=page got that far");
	else if (find(survey, is_asked_page, knows_no_nodes))
		conclude(file, what, "no: percpu_alloc=page is ignored (it takes NUMA; "
			 "this kernel knows no nodes)");
	else
		conclude(file, what, "no: percpu_alloc=page is ignored; "
			 "lacks riscv-percpu-page-first-chunk");
}

static void conclude_fallback(FILE *file, const struct survey *survey)
{
	static const char what[] = "fallback to page";

	if (find(survey, is_too_far, has_page))
		conclude(file, what, "yes: by itself when the nodes are too far apart for embed (%u of %u boots)",
			 count(survey, is_too_far, has_page), count(survey, is_too_far, NULL));
	else if (find(survey, is_too_far, has_embed))
		conclude(file, what, "no: embed stays on nodes that are too far apart for it");
	else
		conclude(file, what, "not known: no boot on such a machine got that far");
}

/* Harts that are missing with either first chunk say nothing about boot_data */
static void conclude_boot_data(FILE *file, const struct survey *survey)
{
	static const char what[] = "boot_data";
	const struct seen *lost = find(survey, has_page, loses_harts);

	if (lost && find(survey, has_embed, loses_harts))
		conclude(file, what, "not known: harts are missing with either first chunk");
	else if (lost)
		conclude(file, what, "wrong: %u of %u harts come up in page mode; lacks riscv-cpu_ops_sbi-boot_data",
			 lost->online, seen_harts(lost));
	else if (find(survey, has_page, has_harts))
		conclude(file, what, "right: every hart comes online in page mode (%u boots)",
			 count(survey, has_page, has_harts));
	else
		conclude(file, what, "not seen: no boot has brought harts up in page mode");
}

static void conclude_units(FILE *file, const struct survey *survey)
{
	static const char what[] = "node-local units";

	if (find(survey, is_elsewhere, NULL))
		conclude(file, what, "wrong: not each is in the memory of its node (%u boots)%s",
			 count(survey, is_elsewhere, NULL),
			 find(survey, has_page, NULL) ? "" :
			 "; lacks riscv-percpu-page-first-chunk");
	else if (find(survey, is_local, NULL))
		conclude(file, what, "yes: each unit is in the memory of its CPU's node (%u boots)",
			 count(survey, is_local, NULL));
	else if (find(survey, knows_no_nodes, NULL))
		conclude(file, what, "no: the kernel knows no nodes");
	else
		conclude(file, what, "not known: the kernel does not tell where they are (KEXEC)");
}

static void conclude_kasan(FILE *file, const struct survey *survey)
{
	bool works = find(survey, has_page, has_harts);

	if (!*survey->config)
		conclude(file, "KASAN", "not known whether it is built in: there is no configuration");
	else if (!is_set(survey, "CONFIG_KASAN=y"))
		conclude(file, "KASAN", "not built in, so its shadow was not tested");
	else if (works)
		conclude(file, "KASAN", "yes: built in, and the kernel runs in page mode");
	else
		conclude(file, "KASAN", "built in, and no boot came up in page mode");
}

static void conclude_messages(FILE *file, const struct survey *survey)
{
	static const char what[] = "splats";

	if (find(survey, is_unstamped, NULL))
		conclude(file, what, "not known: the kernel's messages have no time stamps (PRINTK_TIME)");
	else
		conclude(file, what, "%u of %zu boots", count(survey, has_splat, NULL),
			 survey->nr);
}

static void print_last_line(FILE *file, const struct survey *survey)
{
	unsigned int wrong = count(survey, is_wrong, NULL);

	fputc('\n', file);
	if (wrong)
		print_line(file, "something wrong was seen in %u of %zu boots", wrong, survey->nr);
	else if (survey_exit_status(survey))
		print_line(file, "too little was seen to judge this kernel");
	else
		print_line(file, "nothing wrong was seen in %zu boots", survey->nr);
}

/**
 * survey_print() - tell what a kernel has and what it gets wrong
 * @file: where to
 * @survey: what is known
 * @name: what the user calls the kernel
 */
void survey_print(FILE *file, const struct survey *survey, const char *name)
{
	print_head(file, survey, name);
	print_boots(file, survey);
	fputc('\n', file);
	conclude_page(file, survey);
	conclude_fallback(file, survey);
	conclude_boot_data(file, survey);
	conclude_units(file, survey);
	conclude_kasan(file, survey);
	conclude(file, "early flush", "not known: QEMU caches no invalid translation, so no boot shows it");
	conclude(file, "steal time", "not tested: it takes a KVM guest");
	conclude_messages(file, survey);
	print_last_line(file, survey);
}

/**
 * survey_exit_status() - what the program shall end with
 * @survey: what is known
 *
 * Return: 0 if nothing wrong was seen, 1 if something was, 2 if a boot could not be
 * judged, or if no boot has answered.
 */
int survey_exit_status(const struct survey *survey)
{
	if (count(survey, is_trouble, NULL))
		return 2;
	if (count(survey, is_wrong, NULL))
		return 1;
	return count(survey, answers, NULL) == survey->nr && survey->nr ? 0 : 2;
}

/**
 * survey_free() - free what is known
 * @survey: empty afterwards
 */
void survey_free(struct survey *survey)
{
	size_t i;

	for (i = 0; i < survey->nr; i++)
		seen_free(&survey->seen[i]);
	free(survey->seen);
	free(survey->config);
	*survey = (struct survey){ 0 };
}
