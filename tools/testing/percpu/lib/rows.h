/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads tables: a row is a line of words, "#" begins a comment. */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_WORDS	32

struct row {
	const char *path;
	unsigned int number;
	char *words[MAX_WORDS];
	unsigned int nr_words;
};

/* Reports what is wrong with a word of a row; always false */
bool row_error(const struct row *row, const char *what, const char *word);
/* @parse returns false, after row_error(), to stop */
bool read_rows(const char *path, bool (*parse)(struct row *row, void *arg), void *arg);
bool copy_word(char *to, size_t size, const char *word);
bool parse_number(const char *word, char **end, unsigned int max, unsigned int *number);

#endif
