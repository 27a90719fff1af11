// SPDX-License-Identifier: GPL-2.0-only
/*
 * For a percpu-qemu that only pretends to boot, linked with --wrap: a cell fails if a line
 * of its rows matches $FAILS, with the verdict $VERDICT.
 */
#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "util.h"

bool __wrap_run_prepare(struct run_options *options, const struct table *table)
{
	return options && table;
}

static bool cell_fails(const struct cell *cell)
{
	char *rows __free(free) = cell_rows(cell);
	regex_t regex;
	bool match;

	if (regcomp(&regex, getenv("FAILS"), REG_EXTENDED | REG_NEWLINE | REG_NOSUB))
		abort();
	match = !regexec(&regex, rows, 0, NULL, 0);
	regfree(&regex);
	return match;
}

bool __wrap_run_cells(const struct run_options *options, const struct table *table,
		      struct report *report)
{
	static unsigned int calls;
	struct result result;
	size_t i;

	if (getenv("WAIT") && write_file("waits", "", 0))
		while (!interrupted)
			usleep(10000);
	for (i = 0; !interrupted && i < table->nr_cells; i++) {
		const struct cell *cell = &table->cells[i];
		bool fails = (!calls || !getenv("ONCE")) && cell_fails(cell);

		result = (struct result){
			.name = xasprintf("%s", cell->name),
			.dir = xasprintf("%s/%s", options->report, cell->name),
			.cell = cell_copy(cell),
			.verdict = fails ? verdict_from_name(getenv("VERDICT")) : VERDICT_PASS,
			.reason = fails ? xasprintf("of: course") : NULL,
		};
		if (!make_dir(result.dir))
			return false;
		if (!options->silent)
			printf("  BOOT    %s\n", cell->name);
		report_add(report, &result);
	}
	calls++;
	if (getenv("ERROR"))
		error("a pretended harness error");
	return !interrupted && !getenv("ERROR");
}
