// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's log, /dev/kmsg. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel_log.h"
#include "kselftest.h"

static int open_at(struct kernel_log *log, int whence)
{
	log->err = 0;
	log->number = 0;
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd < 0)
		return -errno;
	if (lseek(log->fd, 0, whence) < 0) {
		log->err = -errno;
		close(log->fd);
	}
	return log->err;
}

/* For the messages that come from now on. Returns 0 or a negative errno. */
int log_open(struct kernel_log *log)
{
	return open_at(log, SEEK_END);
}

/* For all messages that are still there. Returns 0 or a negative errno. */
int log_open_whole(struct kernel_log *log)
{
	return open_at(log, SEEK_SET);
}

/**
 * log_next - read the next message
 * @log: the log
 *
 * Return: the message, in which the kernel writes a newline as "\x0a", or NULL if there is
 * none yet. @log->err says whether one was lost.
 */
const char *log_next(struct kernel_log *log)
{
	char *message;
	ssize_t n;

	for (;;) {
		n = read(log->fd, log->record, sizeof(log->record) - 1);
		if (n < 0 && errno == EPIPE) {
			log->err = -EPIPE;	/* goes on with the oldest one */
			continue;
		}
		if (n <= 0) {
			if (n < 0 && errno != EAGAIN)
				log->err = -errno;
			return NULL;
		}
		log->record[n] = '\0';
		message = strchr(log->record, ';');
		/* "<priority>,<number>,...;<message>", and lines of " KEY=value" */
		if (!message || sscanf(log->record, "%*u,%llu,", &log->number) != 1)
			continue;
		message[strcspn(message, "\n")] = '\0';
		return message + 1;
	}
}

/* Reads all messages that there are. Returns what log_next() left in @log->err. */
int log_read(struct kernel_log *log, log_fn each)
{
	const char *message;

	while ((message = log_next(log)))
		each(message);
	return log->err;
}

void log_close(struct kernel_log *log)
{
	close(log->fd);
}

/* Is it a message that must not appear? */
bool log_is_splat(const char *message)
{
	static const char * const starts[] = {
		"------------[ cut here ]", "BUG: ", "WARNING: ", "Oops", "INFO: task ",
		"rcu: INFO: ", "Unable to handle kernel ", "UBSAN: ",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(starts); i++)
		if (!strncmp(message, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* Returns what follows @text in the message, or NULL. */
const char *log_find(const char *message, const char *text)
{
	const char *found = strstr(message, text);

	return found ? found + strlen(text) : NULL;
}
