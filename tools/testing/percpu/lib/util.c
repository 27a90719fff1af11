// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

/**
 * error() - tell the user what is wrong
 * @fmt: what is wrong, where, what to do; without a newline
 */
void error(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static void *check_memory(void *ptr)
{
	if (!ptr) {
		error("out of memory");
		exit(2);
	}
	return ptr;
}

/**
 * xrealloc() - realloc() that ends the program when there is no memory
 * @ptr: as for realloc()
 * @size: bytes, not 0
 *
 * Return: the memory, owned by the caller.
 */
void *xrealloc(void *ptr, size_t size)
{
	return check_memory(realloc(ptr, size));
}

/**
 * xasprintf() - a formatted string of its own
 * @fmt: as for printf()
 *
 * Return: the string, owned by the caller.
 */
char *xasprintf(const char *fmt, ...)
{
	char *string = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&string, fmt, args);
	va_end(args);
	return check_memory(len < 0 ? NULL : string);
}

/**
 * quote() - quote a word for the shell
 * @word: any word
 *
 * Return: the quoted word, owned by the caller.
 */
char *quote(const char *word)
{
	char *quoted = xasprintf("'");
	char *longer;

	for (; *word; word++) {
		longer = *word == '\'' ? xasprintf("%s'\\''", quoted) :
					 xasprintf("%s%c", quoted, *word);
		free(quoted);
		quoted = longer;
	}
	longer = xasprintf("%s'", quoted);
	free(quoted);
	return longer;
}

/**
 * strv_add() - append a string to a list
 * @list: the list
 * @string: from malloc(); the list owns it from now on
 */
void strv_add(struct strv *list, char *string)
{
	list->v = xrealloc(list->v, (list->n + 2) * sizeof(*list->v));
	list->v[list->n++] = string;
	list->v[list->n] = NULL;
}

/**
 * strv_free() - free a list and its strings
 * @list: the list, empty afterwards
 */
void strv_free(struct strv *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct strv){ 0 };
}

/**
 * now() - the time for measuring
 *
 * Return: seconds of the monotonic clock, which no change of date moves.
 */
double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static char *read_stream(FILE *file, size_t *size)
{
	size_t room = 4096, len = 0;
	char *data = xrealloc(NULL, room);

	while (true) {
		len += fread(data + len, 1, room - len - 1, file);
		if (len < room - 1)
			break;
		room *= 2;
		data = xrealloc(data, room);
	}
	data[len] = '\0';
	if (size)
		*size = len;
	return data;
}

/**
 * read_file() - a whole file in memory
 * @path: the file
 * @size: its size in bytes, may be NULL
 *
 * Return: the bytes and a NUL, owned by the caller; NULL after telling the user
 * why it could not be read.
 */
char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *data = NULL;

	if (file) {
		data = read_stream(file, size);
		if (ferror(file)) {
			free(data);
			data = NULL;
		}
	}
	if (!data)
		error("cannot read %s: %s", path, strerror(errno));
	if (file)
		fclose(file);
	return data;
}

/**
 * write_file() - write a whole file, or leave none
 * @path: the file
 * @data: what to write
 * @size: bytes
 *
 * Return: true if every byte was written; else the user has been told.
 */
bool write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "we");
	bool ok;

	ok = file && fwrite(data, 1, size, file) == size;
	if (file && fclose(file))
		ok = false;
	if (!ok) {
		error("cannot write %s: %s", path, strerror(errno));
		if (file)
			unlink(path);
	}
	return ok;
}

/**
 * copy_file() - copy a file's bytes
 * @from: the file
 * @to: the copy, replaced if there
 *
 * Return: true if it was copied; else the user has been told.
 */
bool copy_file(const char *from, const char *to)
{
	size_t size;
	char *data = read_file(from, &size);
	bool ok = data && write_file(to, data, size);

	free(data);
	return ok;
}

/**
 * make_dir() - make a directory and those above it
 * @path: the directory; it may be there already
 *
 * Return: true if it is there; else the user has been told.
 */
bool make_dir(const char *path)
{
	char *copy = xasprintf("%s", path);
	char *slash = copy;
	int rc = 0;

	while (slash && !rc) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		rc = mkdir(copy, 0777) && errno != EEXIST;
		if (rc)
			error("cannot make %s: %s", copy, strerror(errno));
		if (slash)
			*slash = '/';
	}
	free(copy);
	return !rc;
}
