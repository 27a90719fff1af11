// SPDX-License-Identifier: GPL-2.0-only
/* A report that is not there or not whole is a fault of the boot: nothing is known then. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"
#include "util.h"

#define MAX_LISTED	300	/* characters of what was absorbed */
#define FIRST_CHUNK	"first chunk"	/* its name there; its KASAN shadow has it in it */

static const char *text(const json_t *json, const char *key)
{
	const char *value = json_string_value(json_object_get(json, key));

	return value && *value ? value : "?";
}

/* "write of first chunk, 0xff0: memcpy+0x6, level 0 valid by set_pte+0x2: absorbed: why" */
static char *describe(const json_t *record)
{
	return xasprintf("%s of %s, %s: %s, level %lld %s by %s: %s: %s", text(record, "access"),
			 text(record, "range"), text(record, "address"), text(record, "symbol"),
			 (long long)json_integer_value(json_object_get(record, "level")),
			 text(record, "kind"), text(record, "store_symbol"),
			 text(record, "verdict"), text(record, "why"));
}

/* Keeps the first one of a kind */
static void keep(char **first, unsigned int *nr, char *what)
{
	if ((*nr)++)
		free(what);
	else
		*first = what;
}

static void add_first_chunk(struct translations *translations, const json_t *record,
			    const regex_t *wanted)
{
	char *what = describe(record);

	if (wanted && !regexec(wanted, what, 0, NULL, 0))
		translations->seen = true;
	keep(&translations->first, &translations->nr_first, what);
}

/* "pcpu_alloc+0x8 (vmalloc)" */
static void add_absorbed(struct translations *translations, const json_t *record)
{
	char *before = translations->absorbed;

	if (before && strlen(before) > MAX_LISTED)
		return;
	translations->absorbed = xasprintf("%s%s%s (%s)", before ? before : "", before ? ", " : "",
					   text(record, "symbol"), text(record, "range"));
	free(before);
}

/* The last line has "end" */
static bool add_record(struct translations *translations, const json_t *record,
		       const regex_t *wanted)
{
	const char *verdict = text(record, "verdict");

	if (strstr(text(record, "range"), FIRST_CHUNK) && strcmp(verdict, "harmless"))
		add_first_chunk(translations, record, wanted);
	else if (!strcmp(verdict, "would kill"))
		keep(&translations->elsewhere, &translations->nr_elsewhere, describe(record));
	else if (!strcmp(verdict, "absorbed"))
		add_absorbed(translations, record);
	return json_is_true(json_object_get(record, "end"));
}

void translations_read(struct translations *translations, const char *dir,
		       const regex_t *wanted)
{
	char *path __free(free) = xasprintf("%s/" TRANSLATIONS, dir);
	FILE *file = fopen(path, "re");
	bool end = false;
	json_t *record;

	while (file && (record = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL))) {
		end = add_record(translations, record, wanted);
		json_decref(record);
	}
	if (file)
		fclose(file);
	if (!end)
		translations->fault = xasprintf(TRANSLATIONS " %s", file ? "has no end" :
						"is not there");
}

void translations_free(struct translations *translations)
{
	free(translations->fault);
	free(translations->first);
	free(translations->elsewhere);
	free(translations->absorbed);
}

/* What is not mapped for the plugin was accessed all the same: its walks are wrong */
static char *check_operation(const json_t *operation)
{
	json_int_t unmapped = json_integer_value(json_object_get(operation, "unmapped"));

	if (!unmapped)
		return NULL;
	return xasprintf(COSTS ": %lld accesses without a mapping in operation %lld",
			 (long long)unmapped,
			 (long long)json_integer_value(json_object_get(operation, "number")));
}

static void add_operations(struct costs *costs, const json_t *operations)
{
	const json_t *operation;
	size_t i;

	for (i = 0; !costs->fault && i < json_array_size(operations); i++) {
		operation = json_array_get(operations, i);
		costs->operations += json_integer_value(json_object_get(operation, "number")) > 0;
		costs->fault = check_operation(operation);
	}
}

void costs_read(struct costs *costs, const char *dir)
{
	char *path __free(free) = xasprintf("%s/" COSTS, dir);
	bool there = !access(path, F_OK);
	json_t *json = json_load_file(path, 0, NULL);

	if (json)
		add_operations(costs, json_object_get(json, "operations"));
	else
		costs->fault = xasprintf(COSTS " %s", there ? "is not whole" : "is not there");
	json_decref(json);
}

void costs_free(struct costs *costs)
{
	free(costs->fault);
}
