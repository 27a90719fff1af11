// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "util.h"

/**
 * row_error() - report a row that cannot be understood
 * @row: the row
 * @what: what is wrong
 * @word: the word that is
 *
 * Return: false.
 */
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

/**
 * read_rows() - read a table
 * @path: the file
 * @parse: called for each row; returns false, after saying why, to stop
 * @arg: passed to @parse
 *
 * Return: true if every row was understood; else the user was told.
 */
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

/**
 * parse_number() - parse the number that a word begins with
 * @word: the word
 * @end: gets what follows the number
 * @max: the largest that is allowed
 * @number: gets it
 *
 * Return: true if there is one.
 */
bool parse_number(const char *word, char **end, unsigned int max, unsigned int *number)
{
	unsigned long value;

	if (!isdigit((unsigned char)*word))
		return false;
	value = strtoul(word, end, 10);
	*number = value;
	return value <= max;
}
