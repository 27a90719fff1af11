// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page is one file that loads nothing, so that it can be mailed and kept. Each
 * result has a section that is shown while the address ends with its name: that
 * needs no script, which only scrolls to a splat and knows a key.
 */
#include <ctype.h>
#include <inttypes.h>
#include <libxml/HTMLtree.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "element.h"
#include "grid.h"
#include "page.h"
#include "page_data.h"
#include "picture.h"
#include "text.h"
#include "util.h"

#define CONSOLE_SIZE	(200 << 10)
#define TIME_FORMAT	"%Y-%m-%d %H:%M:%S UTC"

static void write_pair(xmlNode *list, const char *key, const char *value)
{
	element(list, "dt", NULL, key);
	element(list, "dd", NULL, value);
}

/* Takes over @value */
static void write_owned(xmlNode *list, const char *key, char *value)
{
	write_pair(list, key, value);
	free(value);
}

static xmlNode *table(xmlNode *parent, const char *class, const char * const *heads)
{
	xmlNode *scroll = element(parent, "div", "scroll", NULL);
	xmlNode *body = element(element(scroll, "table", class, NULL), "tbody", NULL, NULL);
	xmlNode *row = element(body, "tr", NULL, NULL);

	for (; *heads; heads++)
		set_attribute(element(row, "th", NULL, *heads), "scope", "col");
	return body;
}

static xmlNode *folded(xmlNode *parent, const char *summary)
{
	xmlNode *details = element(parent, "details", NULL, NULL);

	element(details, "summary", NULL, summary);
	return details;
}

static void write_command_line(xmlNode *list, const struct cell *cell)
{
	if (cell->nr_cpus)
		write_owned(list, "nr_cpus=", xasprintf("%u", cell->nr_cpus));
	if (cell->maxcpus)
		write_owned(list, "maxcpus=", xasprintf("%u", cell->maxcpus));
	if (cell->fault)
		write_owned(list, "fault=", xasprintf("%u", cell->fault));
	if (cell->numa_off)
		write_pair(list, "numa=", "off");
	if (cell->kexecs)
		write_owned(list, "kexecs", xasprintf("%u", cell->kexecs));
	if (cell->transitions)
		write_owned(list, "transitions", xasprintf("%u", cell->transitions));
	if (*cell->initrd)
		write_pair(list, "initrd", cell->initrd);
	if (*cell->tests)
		write_pair(list, "tests", cell->tests);
	if (cell->timeout)
		write_owned(list, "timeout", xasprintf("%u s", cell->timeout));
}

static void write_cell(xmlNode *list, const struct cell *cell)
{
	write_pair(list, "kernel", cell->kernel);
	write_pair(list, "machine", cell->machine->name);
	write_pair(list, "paging", cell->paging);
	write_pair(list, "percpu_alloc=", *cell->alloc ? cell->alloc : "none");
	write_pair(list, "first chunk must be", cell->chunk);
	write_command_line(list, cell);
	if (cell->fails == VERDICT_PASS)
		return;
	write_pair(list, "control, must fail with", verdict_name(cell->fails));
	write_pair(list, "and say on the console", cell->console);
}

static void write_about(xmlNode *section, const struct result *result)
{
	xmlNode *list = element(section, "dl", NULL, NULL);

	if (result->cell)
		write_cell(list, result->cell);
	if (!result->started)
		return;
	write_owned(list, "started", text_time(result->started, TIME_FORMAT));
	write_owned(list, "took", xasprintf("%.1f s", result->seconds));
}

static void write_number(xmlNode *row, long number)
{
	if (number < 0)
		element(row, "td", NULL, "?");
	else
		elementf(row, "td", NULL, "%ld", number);
}

static void write_unit_table(xmlNode *section, const struct units *units)
{
	static const char * const heads[] = {
		"CPU", "hart", "node", "unit at", "lies in", NULL
	};
	xmlNode *body = table(folded(section, "The same as a table"), "units", heads), *row;
	size_t i;

	for (i = 0; i < units->nr; i++) {
		const struct unit *unit = &units->units[i];

		row = element(body, "tr", unit->astray ? "astray" : NULL, NULL);
		elementf(row, "td", NULL, "%u", unit->cpu);
		write_number(row, unit->hart);
		write_number(row, unit->node);
		elementf(row, "td", NULL, "0x%" PRIx64, unit->address);
		if (unit->lies_in == NOWHERE)
			element(row, "td", NULL, "no node");
		else
			elementf(row, "td", NULL, "node %d%s", unit->lies_in,
				 unit->astray ? ", astray" : "");
	}
}

static void write_picture(xmlNode *section, const struct result *result)
{
	struct units units;
	xmlNode *figure, *scroll;

	units_find(&units, result);
	element(section, "h3", NULL, "Machine");
	figure = element(section, "figure", NULL, NULL);
	scroll = element(figure, "div", "scroll", NULL);
	set_attribute(scroll, "tabindex", "0");
	picture_draw(scroll, result, &units);
	elementf(figure, "figcaption", NULL,
		 "Physical memory from left to right, its nodes alike wide and gaps narrow; a line across a node's memory and a box below for the unit of each CPU.%s",
		 units.astray ? " A box with ! is not in the memory of its CPU's node." : "");
	if (units.nr)
		write_unit_table(section, &units);
	units_free(&units);
}

static void write_facts(xmlNode *section, const struct ktap *ktap)
{
	static const char * const heads[] = { "fact", "value", NULL };
	xmlNode *body, *row;
	char *title;
	size_t i;

	if (!ktap->nr_facts)
		return;
	element(section, "h3", NULL, "Facts that the guest stated");
	body = table(section, "facts", heads);
	for (i = 0; i < ktap->nr_facts; i++) {
		title = fact_title(&ktap->facts[i]);
		row = element(body, "tr", NULL, NULL);
		set_attribute(element(row, "th", NULL, title), "scope", "row");
		element(row, "td", NULL, ktap->facts[i].value);
		free(title);
	}
}

static void write_test(xmlNode *body, const struct ktap_test *test)
{
	static const char * const words[] = {
		[KTAP_OK] = "\u2713 ok",
		[KTAP_FAIL] = "\u2717 failed",
		[KTAP_SKIP] = "\u2013 skipped",
	};
	static const char * const classes[] = {
		[KTAP_OK] = "passed",
		[KTAP_FAIL] = "failed",
		[KTAP_SKIP] = "skipped",
	};
	xmlNode *row = element(body, "tr", classes[test->status], NULL);

	element(row, "td", "status", words[test->status]);
	element(row, "td", NULL, test->name);
	element(row, "td", NULL, test->status == KTAP_OK ? NULL : test->why);
}

static size_t count_status(const struct ktap *ktap, enum ktap_status status)
{
	size_t i, count = 0;

	for (i = 0; i < ktap->nr_tests; i++)
		count += ktap->tests[i].status == status;
	return count;
}

/* What failed stands open, the rest is folded */
static void write_tests(xmlNode *section, const struct ktap *ktap)
{
	static const char * const heads[] = { "result", "test", "why", NULL };
	size_t failed = count_status(ktap, KTAP_FAIL), i;
	xmlNode *body;
	char *summary;

	if (!ktap->nr_tests)
		return;
	element(section, "h3", NULL, "Tests");
	body = failed ? table(section, "tests", heads) : NULL;
	for (i = 0; i < ktap->nr_tests; i++)
		if (ktap->tests[i].status == KTAP_FAIL)
			write_test(body, &ktap->tests[i]);
	summary = xasprintf("All %zu: %zu ok, %zu failed, %zu skipped", ktap->nr_tests,
			    count_status(ktap, KTAP_OK), failed, count_status(ktap, KTAP_SKIP));
	body = table(folded(section, summary), "tests", heads);
	for (i = 0; i < ktap->nr_tests; i++)
		write_test(body, &ktap->tests[i]);
	free(summary);
}

static void write_excerpt(xmlNode *parent, const struct excerpt *excerpt)
{
	xmlNode *pre;

	if (excerpt->cut_start)
		elementf(parent, "p", "note", "The first %zu bytes are left out.",
			 excerpt->cut_start);
	pre = element(parent, "pre", "console", NULL);
	set_attribute(pre, "tabindex", "0");
	add_text(pre, excerpt->before);
	if (*excerpt->splat)
		element(pre, "mark", NULL, excerpt->splat);
	add_text(pre, excerpt->after);
	if (excerpt->cut_end)
		elementf(parent, "p", "note", "The last %zu bytes are left out.",
			 excerpt->cut_end);
}

/* Of a failure; that of a control, which fails by its nature, is folded */
static void write_console(xmlNode *section, const struct runs *runs, size_t i)
{
	const struct result *result = &runs->report.results[i];
	bool failed = result->verdict != VERDICT_PASS;
	struct excerpt excerpt;
	char *path;

	if (!failed && result->cell->fails == VERDICT_PASS)
		return;
	path = runs_file(runs, i, "console.log");
	element(section, "h3", NULL, "Console");
	if (path && excerpt_read(&excerpt, path, CONSOLE_SIZE)) {
		write_excerpt(failed ? section : folded(section, "Show the console"), &excerpt);
		excerpt_free(&excerpt);
	} else {
		element(section, "p", "note", "There is none beside the results.");
	}
	free(path);
}

/* What has no meaning for a shell needs no quotes, which are hard to read */
static bool is_plain(const char *word)
{
	while (isalnum((unsigned char)*word) || (*word && strchr("._-@+,", *word)))
		word++;
	return !*word;
}

static char *make_command(const char *name)
{
	char *word = is_plain(name) ? xasprintf("%s", name) : quote(name);
	char *command = xasprintf("make boot CELL=%s", word);

	free(word);
	return command;
}

static void write_command(xmlNode *section, const struct runs *runs, size_t i)
{
	char *command = make_command(runs->report.results[i].name);
	char *path = runs_file(runs, i, "cmd");
	char *script = path && !access(path, R_OK) ? read_file(path, NULL) : NULL;

	element(section, "h3", NULL, "Repeat it");
	element(section, "pre", "command", command);
	if (script)
		element(folded(section, "QEMU's command line"), "pre", "command", script);
	free(script);
	free(path);
	free(command);
}

static void write_result(xmlNode *main, const struct runs *runs, size_t i)
{
	const struct result *result = &runs->report.results[i];
	xmlNode *section = element(main, "section", NULL, NULL), *line;

	set_attribute(section, "class", "result%s",
		      result->verdict == VERDICT_PASS ? "" : " failure");
	set_attribute(section, "id", "%s", result->name);
	set_attribute(element(section, "h2", NULL, result->name), "tabindex", "-1");
	line = element(section, "p", "verdict", NULL);
	badge_draw(line, "span", result);
	if (result->reason)
		elementf(line, "span", "reason", " %s", result->reason);
	write_about(section, result);
	if (result->cell)
		write_picture(section, result);
	write_tests(section, &result->tests);
	if (result->cell)
		write_console(section, runs, i);
	write_facts(section, &result->tests);
	if (result->cell)
		write_command(section, runs, i);
	line = element(section, "p", "back", NULL);
	set_attribute(element(line, "a", NULL, "Back to all results"), "href", "#page-top");
}

/* The last line of make check */
static char *make_summary(const struct report *report)
{
	unsigned int passed = 0, failed = 0, skipped = 0;
	size_t i;

	for (i = 0; i < report->nr; i++) {
		if (report->results[i].verdict != VERDICT_PASS)
			failed++;
		else if (report->results[i].skipped)
			skipped++;
		else
			passed++;
	}
	return xasprintf("%u passed, %u failed, %u skipped", passed, failed, skipped);
}

static void write_when(xmlNode *header, const struct runs *runs)
{
	double first = runs_started(runs), last = first;
	char *time = text_time(first, TIME_FORMAT);
	size_t i;

	for (i = 0; i < runs->report.nr; i++) {
		const struct result *result = &runs->report.results[i];

		if (result->started + result->seconds > last)
			last = result->started + result->seconds;
	}
	if (first)
		elementf(header, "p", NULL, "Started %s, took %.0f s.", time, last - first);
	free(time);
}

static void write_failures(xmlNode *header, const struct report *report)
{
	xmlNode *list = NULL, *item, *link;
	size_t i;

	for (i = 0; i < report->nr; i++) {
		const struct result *result = &report->results[i];

		if (result->verdict == VERDICT_PASS)
			continue;
		if (!list)
			list = element(header, "ul", "failures", NULL);
		item = element(list, "li", NULL, NULL);
		link = element(item, "a", NULL, result->name);
		set_attribute(link, "href", "#%s", result->name);
		elementf(item, "span", NULL, ": %s%s%s", verdict_name(result->verdict),
			 result->reason ? ": " : "", result->reason ? result->reason : "");
	}
}

static void write_header(xmlNode *body, const struct runs *runs)
{
	xmlNode *header = element(body, "header", NULL, NULL);
	char *summary = make_summary(&runs->report);

	set_attribute(header, "id", "page-top");
	element(header, "h1", NULL, "Page first chunk for per-CPU memory: results");
	set_attribute(element(header, "p", "summary", summary), "id", "page-summary");
	write_when(header, runs);
	write_failures(header, &runs->report);
	free(summary);
}

static void write_matrix(xmlNode *main, const struct report *report)
{
	xmlNode *section = element(main, "section", NULL, NULL);
	xmlNode *scroll;

	set_attribute(section, "id", "page-matrix");
	element(section, "h2", NULL, "Cells");
	element(section, "p", "note",
		"One boot each: a kernel on a machine, by paging mode and percpu_alloc= (auto: none given). Dashed: a control, a kernel without one of the changes, which passes when it fails in the way that is named.");
	scroll = element(section, "div", "scroll", NULL);
	set_attribute(scroll, "tabindex", "0");
	set_attribute(scroll, "role", "region");
	set_attribute(scroll, "aria-label", "Cells");
	grid_draw(scroll, report);
}

static void write_documents(xmlNode *main, const struct report *report)
{
	xmlNode *section = NULL, *list = NULL, *item, *link;
	size_t i;

	for (i = 0; i < report->nr; i++) {
		const struct result *result = &report->results[i];

		if (result->cell)
			continue;
		if (!list) {
			section = element(main, "section", NULL, NULL);
			set_attribute(section, "id", "page-documents");
			element(section, "h2", NULL, "Other tests");
			list = element(section, "ul", "documents", NULL);
		}
		item = element(list, "li", NULL, NULL);
		link = badge_draw(item, "a", result);
		set_attribute(link, "href", "#%s", result->name);
		elementf(item, "span", NULL, " %s, %zu tests", result->name,
			 result->tests.nr_tests);
	}
}

static void write_head(xmlNode *html, const struct report *report)
{
	xmlNode *head = element(html, "head", NULL, NULL), *meta;
	char *summary = make_summary(report);

	set_attribute(element(head, "meta", NULL, NULL), "charset", "utf-8");
	meta = element(head, "meta", NULL, NULL);
	set_attribute(meta, "name", "viewport");
	set_attribute(meta, "content", "width=device-width, initial-scale=1");
	elementf(head, "title", NULL, "Page first chunk: %s", summary);
	element(head, "style", NULL, page_css);
	free(summary);
}

static void write_body(xmlNode *html, const struct runs *runs)
{
	xmlNode *body = element(html, "body", NULL, NULL), *main;
	size_t i;

	write_header(body, runs);
	main = element(body, "main", NULL, NULL);
	write_matrix(main, &runs->report);
	write_documents(main, &runs->report);
	for (i = 0; i < runs->report.nr; i++)
		write_result(main, runs, i);
	element(body, "script", NULL, page_js);
}

/**
 * page_write() - write all results as a page
 * @runs: the results, with the files of each cell beside them
 * @path: the file, written whole or not at all
 *
 * Return: true if it was written; else the user has been told.
 */
bool page_write(const struct runs *runs, const char *path)
{
	htmlDocPtr doc = htmlNewDocNoDtD(NULL, NULL);
	xmlNode *html = doc ? xmlNewDocNode(doc, NULL, BAD_CAST "html", NULL) : NULL;
	xmlChar *text = NULL;
	bool ok = false;
	int size;

	if (html) {
		xmlCreateIntSubset(doc, BAD_CAST "html", NULL, NULL);
		xmlDocSetRootElement(doc, html);
		set_attribute(html, "lang", "en");
		write_head(html, &runs->report);
		write_body(html, runs);
		htmlDocDumpMemoryFormat(doc, &text, &size, 0);
	}
	if (text)
		ok = write_file(path, text, size);
	else
		error("cannot write %s: out of memory", path);
	xmlFree(text);
	xmlFreeDoc(doc);
	return ok;
}
