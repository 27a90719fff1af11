/* SPDX-License-Identifier: GPL-2.0-only */
/* What every unit test of the runner needs. */
#ifndef TEST_H
#define TEST_H

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

/* cmocka hands a state to each test, and few want it */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* For assert_contains(), which says where it stands */
static inline void check_contains(const char *text, const char *part, const char *file, int line)
{
	if (text && strstr(text, part))
		return;
	print_error("\"%s\" does not contain \"%s\"\n", text ? text : "(nothing)", part);
	_fail(file, line);
}

#define assert_contains(text, part)	check_contains(text, part, __FILE__, __LINE__)

/* A file of its own with these bytes; to be removed with drop_file() */
static inline char *make_file(const void *data, size_t size)
{
	const char *dir = getenv("TMPDIR");
	char *path = xasprintf("%s/percpu-qemu.XXXXXX", dir ? dir : "/tmp");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
	return path;
}

static inline void drop_file(char *path)
{
	unlink(path);
	free(path);
}

static int stderr_copy = -1;
static int stderr_file = -1;

/* From here on what goes to stderr is kept for stderr_end() */
static inline void stderr_begin(void)
{
	char *path = make_file("", 0);

	stderr_copy = dup(STDERR_FILENO);
	stderr_file = open(path, O_RDWR);
	assert_true(stderr_copy >= 0 && stderr_file >= 0);
	assert_true(dup2(stderr_file, STDERR_FILENO) >= 0);
	drop_file(path);
}

/* What went to stderr since stderr_begin() */
static inline const char *stderr_end(void)
{
	static char text[4096];
	ssize_t size = pread(stderr_file, text, sizeof(text) - 1, 0);

	dup2(stderr_copy, STDERR_FILENO);
	close(stderr_copy);
	close(stderr_file);
	assert_true(size >= 0);
	text[size] = '\0';
	return text;
}

static inline size_t count_lines(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

#endif
