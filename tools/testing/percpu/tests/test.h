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

#endif
