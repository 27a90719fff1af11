// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that was not built for these tests may have no driver for the virtio
 * port. Then the kernel's log takes the results to the console.
 *
 * A record of the log is a line that no message of the kernel can cut. It begins
 * with LOG_WHOLE if it ends a line of the results and with LOG_PART if the line
 * goes on in the next one. LAVA, which sees nothing but the console, gets a record in its
 * own form after each test result.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"

#define DEVKMSG_FILE	"/proc/sys/kernel/printk_devkmsg"
#define LOG_WHOLE	"<3>percpu.result: "
#define LOG_PART	"<3>percpu.result+ "
#define LAVA_CASE	"<3><LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%.*s RESULT=%s>"
#define LOG_SIZE	800	/* a longer record is refused or cut; 976 on some kernels */

/* The line under way. */
struct log {
	int fd;
	char text[LOG_SIZE];
	size_t length;
};

static int write_record(struct log *log, const char *prefix)
{
	char record[sizeof(LOG_WHOLE) + LOG_SIZE];
	int length = snprintf(record, sizeof(record), "%s%.*s", prefix, (int)log->length,
			      log->text);

	return write(log->fd, record, length) == length ? 0 : -1;
}

/* A test that skips itself at once may have a reason but no name. */
static int write_case(struct log *log)
{
	char record[sizeof(LAVA_CASE) + LOG_SIZE], line[LOG_SIZE + 1];
	const char *name = line, *result = "pass", *skip;
	int length, start = 0;

	snprintf(line, sizeof(line), "%.*s", (int)log->length, log->text);
	sscanf(line, " ok %*d%n", &start);
	if (!start) {
		sscanf(line, " not ok %*d%n", &start);
		result = "fail";
	}
	if (!start)
		return 0;
	name += start + strspn(line + start, " -");
	skip = strstr(name, "# SKIP");
	if (skip && *result == 'p')
		result = "skip";
	if (skip == name)
		name += strlen("# SKIP") + (name[strlen("# SKIP")] == ' ');
	length = strcspn(name, "#");
	while (length && name[length - 1] == ' ')
		length--;
	length = snprintf(record, sizeof(record), LAVA_CASE, length, name, result);
	return write(log->fd, record, length) == length ? 0 : -1;
}

static int write_line(struct log *log)
{
	int err = write_record(log, LOG_WHOLE);

	if (!err)
		err = write_case(log);
	log->length = 0;
	return err;
}

static ssize_t write_log(void *cookie, const char *text, size_t size)
{
	struct log *log = cookie;
	int err = 0;
	size_t i;

	for (i = 0; i < size && !err; i++) {
		if (text[i] == '\n') {
			err = write_line(log);
			continue;
		}
		if (log->length == sizeof(log->text)) {
			err = write_record(log, LOG_PART);
			log->length = 0;
		}
		log->text[log->length++] = text[i];
	}
	return err ? -1 : (ssize_t)size;
}

/* Without this the kernel drops all but ten lines in five seconds. */
static void end_ratelimit(void)
{
	int fd = open(DEVKMSG_FILE, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "on\n", 3) != 3)
		printf("init: " DEVKMSG_FILE ": %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/**
 * channel_open_log - let the kernel's log take the results
 *
 * Return: where to write them, or NULL with errno.
 */
FILE *channel_open_log(void)
{
	static struct log log;

	end_ratelimit();
	log.fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (log.fd < 0)
		return NULL;
	return fopencookie(&log, "w", (cookie_io_functions_t){ .write = write_log });
}
