/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log, /dev/kmsg. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <stdbool.h>

/**
 * struct kernel_log - the log, which is read message by message
 * @fd: /dev/kmsg
 * @err: -EPIPE if the kernel overwrote messages before they were read, or another errno
 * @number: of the message that was read last; the first one of a boot is 0
 * @record: holds that message
 */
struct kernel_log {
	int fd;
	int err;
	unsigned long long number;
	char record[8192];
};

/* Takes a message of the kernel's log. */
typedef void (*log_fn)(const char *message);

int log_open(struct kernel_log *log);
int log_open_whole(struct kernel_log *log);
const char *log_next(struct kernel_log *log);
int log_read(struct kernel_log *log, log_fn each);
void log_close(struct kernel_log *log);
bool log_is_splat(const char *message);
const char *log_find(const char *message, const char *text);

#endif
