// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "util.h"

bool row_error(const struct row *row, const char *what, const char *word)
{
	error("%s:%u: %s: %s", row->path, row->number, what, word);
	return false;
}

/* The third word from "fails" on is a regular expression, which may have blanks */
static void split(struct row *row, char *p)
{
	unsigned int max_words = MAX_WORDS;

	row->nr_words = 0;
	while (row->nr_words < max_words) {
		p += strspn(p, " \t");
		if (!*p)
			return;
		row->words[row->nr_words++] = p;
		if (row->nr_words == max_words)
			return;
		p += strcspn(p, " \t");
		if (*p)
			*p++ = '\0';
		if (!strcmp(row->words[row->nr_words - 1], "fails"))
			max_words = row->nr_words + 2;
	}
}

bool read_rows(const char *path, bool (*parse)(struct row *row, void *arg), void *arg)
{
	char *data __free(free) = read_file(path, NULL);
	struct row row = { .path = path };
	char *next = data, *line;
	bool ok = data;

	while (ok && next) {
		line = strsep(&next, "\n");
		row.number++;
		line += strspn(line, " \t");
		if (!*line || *line == '#')
			continue;
		split(&row, line);
		ok = parse(&row, arg);
	}
	return ok;
}

bool copy_word(char *to, size_t size, const char *word)
{
	return (size_t)snprintf(to, size, "%s", word) < size;
}

/* The number that a word begins with; @end gets what follows */
bool parse_number(const char *word, char **end, unsigned int max, unsigned int *number)
{
	unsigned long value;

	if (!isdigit((unsigned char)*word))
		return false;
	value = strtoul(word, end, 10);
	*number = value;
	return value <= max;
}
