// SPDX-License-Identifier: GPL-2.0-only
/*
 * A row for each kernel on each machine, a column for each paging mode with each
 * percpu_alloc=, and only those that have a cell.
 */
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "grid.h"
#include "util.h"

/* One column */
struct column {
	const char *paging;
	const char *alloc;
};

struct columns {
	struct column *column;
	unsigned int nr;
};

static bool in_column(const struct cell *cell, const struct column *column)
{
	return !strcmp(cell->paging, column->paging) && !strcmp(cell->alloc, column->alloc);
}

static int by_name(const void *a, const void *b)
{
	const struct column *first = a, *second = b;
	int order = strcmp(first->paging, second->paging);

	return order ? order : strcmp(first->alloc, second->alloc);
}

static void add_column(struct columns *columns, const struct cell *cell)
{
	unsigned int i;

	for (i = 0; i < columns->nr; i++)
		if (in_column(cell, &columns->column[i]))
			return;
	columns->column = xrealloc(columns->column, (columns->nr + 1) * sizeof(struct column));
	columns->column[columns->nr++] = (struct column){ cell->paging, cell->alloc };
}

static void find_columns(struct columns *columns, const struct report *report)
{
	size_t i;

	for (i = 0; i < report->nr; i++)
		if (report->results[i].cell)
			add_column(columns, report->results[i].cell);
	if (columns->nr)
		qsort(columns->column, columns->nr, sizeof(struct column), by_name);
}

/* What stands before ".ALLOC.PAGING." in the name of a cell: base and kernel */
static char *kernel_of(const struct cell *cell)
{
	char *part = xasprintf(".%s.%s.", *cell->alloc ? cell->alloc : "auto", cell->paging);
	const char *end = strstr(cell->name, part);
	char *kernel = end ? xasprintf("%.*s", (int)(end - cell->name), cell->name) :
			     xasprintf("%s", cell->kernel);

	free(part);
	return kernel;
}

/* What stands after it: machine and what else the table says */
static const char *machine_of(const struct cell *cell)
{
	char *part = xasprintf(".%s.%s.", *cell->alloc ? cell->alloc : "auto", cell->paging);
	const char *start = strstr(cell->name, part);

	if (start)
		start += strlen(part);
	free(part);
	return start ? start : cell->machine->name;
}

static bool same_kernel(const struct cell *a, const struct cell *b)
{
	char *first = kernel_of(a), *second = kernel_of(b);
	bool same = !strcmp(first, second);

	free(first);
	free(second);
	return same;
}

static bool same_row(const struct cell *a, const struct cell *b)
{
	return same_kernel(a, b) && !strcmp(machine_of(a), machine_of(b));
}

/* True if no cell before the @i-th is @like it */
static bool is_first(const struct report *report, size_t i,
		     bool (*like)(const struct cell *a, const struct cell *b))
{
	size_t before;

	for (before = 0; before < i; before++)
		if (report->results[before].cell &&
		    like(report->results[before].cell, report->results[i].cell))
			return false;
	return true;
}

static const char *style_of(const struct result *result)
{
	if (result->verdict == VERDICT_HARNESS || result->verdict == VERDICT_CRASH)
		return "trouble";
	if (result->verdict != VERDICT_PASS)
		return "failed";
	return result->skipped ? "skipped" : "passed";
}

static const char *symbol_of(const struct result *result)
{
	if (result->verdict == VERDICT_HARNESS || result->verdict == VERDICT_CRASH)
		return "!";
	if (result->verdict != VERDICT_PASS)
		return "\u2717";
	return result->skipped ? "\u2013" : "\u2713";
}

/* The word for a result, after that it is a control */
static const char *word_of(const struct result *result, bool control)
{
	if (result->verdict != VERDICT_PASS)
		return verdict_name(result->verdict);
	if (result->skipped)
		return "skipped";
	return verdict_name(control ? result->cell->fails : VERDICT_PASS);
}

/**
 * badge_draw() - a verdict, by symbol, word and colour
 * @parent: the element that gets it
 * @element_name: what it shall be, a link say
 * @result: the result
 *
 * Return: the element.
 */
xmlNodePtr badge_draw(xmlNodePtr parent, const char *element_name, const struct result *result)
{
	bool control = result->cell && result->cell->fails != VERDICT_PASS;
	xmlNode *badge = element(parent, element_name, NULL, NULL);

	set_attribute(badge, "class", "badge %s%s", style_of(result), control ? " control" : "");
	set_attribute(element(badge, "span", "symbol", symbol_of(result)), "aria-hidden", "true");
	elementf(badge, "span", NULL, " %s%s",
		 control && result->verdict != VERDICT_CONTROL ? "control: " : "",
		 word_of(result, control));
	return badge;
}

static void draw_cell(xmlNode *slot, const struct result *result)
{
	xmlNode *link = badge_draw(slot, "a", result);

	set_attribute(link, "href", "#%s", result->name);
	set_attribute(link, "title", "%s: %s%s%s, %.1f s", result->name,
		      verdict_name(result->verdict), result->reason ? ": " : "",
		      result->reason ? result->reason : "", result->seconds);
}

/* The row of @first and of all cells after it that are in the same row */
static void draw_row(xmlNode *body, const struct report *report, size_t first,
		     const struct columns *columns)
{
	const struct cell *cell = report->results[first].cell;
	xmlNode *row = element(body, "tr", NULL, NULL), *slot;
	unsigned int i;
	size_t r;

	set_attribute(element(row, "th", "machine", machine_of(cell)), "scope", "row");
	for (i = 0; i < columns->nr; i++) {
		slot = element(row, "td", NULL, NULL);
		for (r = first; r < report->nr; r++) {
			const struct result *result = &report->results[r];

			if (result->cell && in_column(result->cell, &columns->column[i]) &&
			    same_row(result->cell, cell))
				draw_cell(slot, result);
		}
	}
}

/* The rows of the kernel of @first */
static void draw_kernel(xmlNode *table, const struct report *report, size_t first,
			const struct columns *columns)
{
	const struct cell *cell = report->results[first].cell;
	xmlNode *body = element(table, "tbody", NULL, NULL);
	xmlNode *row = element(body, "tr", NULL, NULL), *head;
	char *kernel = kernel_of(cell);
	size_t i;

	head = element(row, "th", "kernel", kernel);
	set_attribute(head, "scope", "rowgroup");
	set_attribute(head, "colspan", "%u", columns->nr + 1);
	free(kernel);
	for (i = first; i < report->nr; i++)
		if (report->results[i].cell && same_kernel(report->results[i].cell, cell) &&
		    is_first(report, i, same_row))
			draw_row(body, report, i, columns);
}

/* How many columns from the @i-th on have the same paging mode */
static unsigned int count_paging(const struct columns *columns, unsigned int i)
{
	const char *paging = columns->column[i].paging;
	unsigned int end = i;

	while (end < columns->nr && !strcmp(columns->column[end].paging, paging))
		end++;
	return end - i;
}

static void draw_head(xmlNode *table, const struct columns *columns)
{
	xmlNode *row = element(table, "tr", "head", NULL), *th;
	unsigned int i, span;

	th = element(row, "th", NULL, "kernel, machine");
	set_attribute(th, "rowspan", "2");
	for (i = 0; i < columns->nr; i += span) {
		span = count_paging(columns, i);
		th = element(row, "th", "paging", columns->column[i].paging);
		set_attribute(th, "scope", "colgroup");
		set_attribute(th, "colspan", "%u", span);
	}
	row = element(table, "tr", "head", NULL);
	for (i = 0; i < columns->nr; i++) {
		const char *alloc = columns->column[i].alloc;

		th = element(row, "th", NULL, *alloc ? alloc : "auto");
		set_attribute(th, "scope", "col");
	}
}

/**
 * grid_draw() - draw the matrix
 * @parent: the element that gets it
 * @report: the results, those of cells and others
 */
void grid_draw(xmlNodePtr parent, const struct report *report)
{
	xmlNode *table = element(parent, "table", "grid", NULL);
	struct columns columns = { 0 };
	size_t i;

	find_columns(&columns, report);
	draw_head(element(table, "tbody", NULL, NULL), &columns);
	for (i = 0; i < report->nr; i++)
		if (report->results[i].cell && is_first(report, i, same_kernel))
			draw_kernel(table, report, i, &columns);
	free(columns.column);
}
