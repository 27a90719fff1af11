// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that was not built for these tests may have no driver for the virtio
 * port. Then the results go through the kernel's log to the console.
 *
 * A record of the log is a line that no message of the kernel can cut. It begins
 * with LOG_WHOLE if it ends a line of the results and with LOG_PART if the line
 * goes on in the next one. LAVA, which sees nothing but the console, gets a record in its
 * own form after each test result.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "percpu_test.h"

#define DEVKMSG_FILE	"/proc/sys/kernel/printk_devkmsg"
#define LOG_WHOLE	"<3>percpu.result: "
#define LOG_PART	"<3>percpu.result+ "
#define LAVA_CASE	"<3><LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%.*s RESULT=%s>"
#define LOG_SIZE	800	/* a longer record is refused or cut; 976 on some kernels */

static int log_fd;
static char line[LOG_SIZE + 1];	/* the one under way */
static size_t line_length;

static char record[LOG_SIZE + 100];

/* Each write() is a record. */
static int write_record(int length)
{
	return write(log_fd, record, length) == length ? 0 : -1;
}

static int write_part(const char *prefix)
{
	line_length = 0;
	return write_record(snprintf(record, sizeof(record), "%s%s", prefix, line));
}

/* A test that skips itself at once may have a reason but no name. */
static int write_case(void)
{
	const char *name = line + strspn(line, " "), *result = "pass", *skip;
	int length;

	if (!strncmp(name, "not ok ", 7)) {
		result = "fail";
		name += 4;
	}
	if (strncmp(name, "ok ", 3))
		return 0;
	name += 3;
	name += strspn(name, "0123456789");
	name += strspn(name, " -");
	skip = strstr(name, "# SKIP");
	if (skip && *result == 'p')
		result = "skip";
	if (skip == name)
		name += strlen("# SKIP") + (name[strlen("# SKIP")] == ' ');
	length = strcspn(name, "#");
	while (length && name[length - 1] == ' ')
		length--;
	return write_record(snprintf(record, sizeof(record), LAVA_CASE, length, name, result));
}

static ssize_t write_log(void *cookie, const char *text, size_t size)
{
	int err = 0;
	size_t i;

	(void)cookie;
	for (i = 0; i < size && !err; i++) {
		line[line_length] = '\0';
		if (text[i] == '\n') {
			err = write_part(LOG_WHOLE) || write_case();
			continue;
		}
		if (line_length == LOG_SIZE)
			err = write_part(LOG_PART);
		line[line_length++] = text[i];
	}
	return err ? -1 : (ssize_t)size;
}

/* Lets the kernel's log take the results. Returns where to write them, or NULL with errno. */
FILE *channel_open_log(void)
{
	int err = write_value(DEVKMSG_FILE, "on\n");

	/* otherwise the kernel drops all but ten lines in five seconds */
	if (err)
		printf("init: " DEVKMSG_FILE ": %s\n", strerror(-err));
	log_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (log_fd < 0)
		return NULL;
	return fopencookie(NULL, "w", (cookie_io_functions_t){ .write = write_log });
}
