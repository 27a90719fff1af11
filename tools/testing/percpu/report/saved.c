// SPDX-License-Identifier: GPL-2.0-only
#include "saved.h"
#include "util.h"

char *runs_file(const struct runs *runs, size_t i, const char *file)
{
	const char *dir = runs->report.results[i].dir;

	return dir ? xasprintf("%s/%s", dir, file) : NULL;
}

double runs_started(const struct runs *runs)
{
	double first = 0;
	size_t i;

	for (i = 0; i < runs->report.nr; i++) {
		double started = runs->report.results[i].started;

		if (started && (!first || started < first))
			first = started;
	}
	return first;
}

char *fact_title(const struct ktap_fact *fact)
{
	if (!fact->generation)
		return xasprintf("%s", fact->key);
	return xasprintf("%s after kexec %u", fact->key, fact->generation);
}
