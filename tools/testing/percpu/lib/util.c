// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

/* What is wrong, where, and what to do; without a newline */
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

void *xrealloc(void *ptr, size_t size)
{
	return check_memory(realloc(ptr, size));
}

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

/* A word as the shell takes it, owned by the caller */
char *quote(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+,-./:=@_";
	char *quoted = NULL;
	size_t size;
	FILE *file;

	if (*word && !word[strspn(word, plain)])
		return xasprintf("%s", word);
	file = open_memstream(&quoted, &size);
	fputc('\'', file);
	for (; *word; word++)
		fprintf(file, *word == '\'' ? "'\\'%c" : "%c", *word);
	fputc('\'', file);
	fclose(file);
	return quoted;
}

/* The list owns the string from now on */
void strv_add(struct strv *list, char *string)
{
	list->v = xrealloc(list->v, (list->n + 2) * sizeof(*list->v));
	list->v[list->n++] = string;
	list->v[list->n] = NULL;
}

void strv_free(struct strv *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct strv){ 0 };
}

/* Seconds of the monotonic clock, which no change of date moves */
double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* A whole file and a NUL, owned by the caller; NULL after an error message. @size may be NULL. */
char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	size_t room = 4096, len = 0;
	char *data = NULL;

	while (file && len < room) {
		data = xrealloc(data, room + 1);
		len += fread(data + len, 1, room - len, file);
		if (len < room)
			break;
		room *= 2;
	}
	if (!file || ferror(file)) {
		error("cannot read %s: %s", path, strerror(errno));
		free(data);
		data = NULL;
	}
	if (file)
		fclose(file);
	if (data)
		data[len] = '\0';
	if (size)
		*size = len;
	return data;
}

/* Writes a whole file, or leaves none */
bool write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "we");
	bool ok = file && fwrite(data, 1, size, file) == size;

	if (file && fclose(file))
		ok = false;
	if (!ok) {
		error("cannot write %s: %s", path, strerror(errno));
		if (file)
			unlink(path);
	}
	return ok;
}

bool copy_file(const char *from, const char *to)
{
	size_t size;
	char *data __free(free) = read_file(from, &size);
	struct stat st;

	if (!data || !write_file(to, data, size))
		return false;
	if (!stat(from, &st))
		chmod(to, st.st_mode & 0777);
	return true;
}

/* Makes a directory and those above it; it may be there already */
bool make_dir(const char *path)
{
	char *copy __free(free) = xasprintf("%s", path);
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
	return !rc;
}
