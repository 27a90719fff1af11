// SPDX-License-Identifier: GPL-2.0-only
/* Views of the mappings as the user asks for them, and the report. */
#include <string.h>

#include "cost.h"
#include "tlb.h"

struct cost_setup cost_setup = {
	.views = { { .name = "tables", .area = AREAS } },
	.nr_views = 1,
};

static enum area find_area(const char *name, size_t length)
{
	enum area area = 0;

	while (area < AREAS && (strlen(area_name(area)) != length ||
				strncmp(area_name(area), name, length)))
		area++;
	return area;
}

void cost_parse_view(const char *text)
{
	struct cost_view *view = &cost_setup.views[cost_setup.nr_views];
	size_t length = strcspn(text, ":");

	if (cost_setup.nr_views == COST_VIEWS)
		tlb_die("assume=%s: more than %d of them", text, COST_VIEWS - 1);
	view->name = strdup(text);
	view->area = find_area(text, length);
	if (view->area == AREAS || !text[length] ||
	    !model_parse_page(text + length + 1, strlen(text + length + 1), &view->page))
		tlb_die("assume=%s: want AREA:SIZE, such as first_chunk:64K; see tlb.1", text);
	cost_setup.nr_views++;
}

static const char *comma(size_t i)
{
	return i ? ", " : "";
}

static void write_names(FILE *file)
{
	fprintf(file, "{\n \"models\": [");
	for (size_t i = 0; i < cost_setup.nr_models; i++)
		fprintf(file, "%s\"%s\"", comma(i), cost_setup.models[i].name);
	fprintf(file, "],\n \"views\": [");
	for (size_t i = 0; i < cost_setup.nr_views; i++)
		fprintf(file, "%s\"%s\"", comma(i), cost_setup.views[i].name);
	fprintf(file, "],\n");
}

static void write_model(FILE *file, size_t model, const struct cost_misses *misses)
{
	fprintf(file, "%s\"%s\": {\"l1\": %lu, \"l2\": %lu, \"walk_refs\": %lu}", comma(model),
		cost_setup.models[model].name, misses->l1, misses->l2, misses->walk_refs);
}

static void write_view(FILE *file, size_t view, const struct cost_of_area *from)
{
	fprintf(file, ",\n    \"%s\": {", cost_setup.views[view].name);
	for (size_t i = 0; i < cost_setup.nr_models; i++)
		write_model(file, i, &from->misses[view][i]);
	fprintf(file, "}");
}

static void write_area(FILE *file, const char *name, const struct cost_of_area *from)
{
	fprintf(file, "\n   \"%s\": {\"accesses\": %lu", name, from->accesses);
	for (size_t i = 0; i < cost_setup.nr_views; i++)
		write_view(file, i, from);
	fprintf(file, "}");
}

static void write_operation(FILE *file, unsigned int number, const struct cost_operation *from)
{
	const char *before = "";

	fprintf(file, "  {\"number\": %u, \"times\": %lu, \"instructions\": %lu, ", number,
		from->times, from->instructions);
	fprintf(file, "\"idle\": %lu, \"waiting\": %lu, \"unmapped\": %lu, \"areas\": {",
		from->idle, from->waiting, from->unmapped);
	for (enum area area = 0; area < AREAS; area++) {
		if (!from->areas[area].accesses)
			continue;
		fputs(before, file);
		write_area(file, area_name(area), &from->areas[area]);
		before = ",";
	}
	fprintf(file, "}}");
}

void cost_write(const char *path, const struct cost_operation *operations)
{
	FILE *file = tlb_open(path);
	const char *before = "";

	write_names(file);
	fprintf(file, " \"operations\": [\n");
	for (unsigned int i = 0; i < COST_OPERATIONS; i++) {
		if (!operations[i].instructions && !operations[i].times)
			continue;
		fputs(before, file);
		write_operation(file, i, &operations[i]);
		before = ",\n";
	}
	fprintf(file, "\n ]\n}\n");
	if (fclose(file))
		tlb_die("%s: cannot be written: %m", path);
}
