// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packs the running root file system, without what is mounted onto it, such as the
 * devtmpfs that hides /dev/console, and without what only a host needs, /kvm.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "command.h"
#include "initramfs.h"

#define ROOT	"/tmp/root"
#define MAKE	"cd " ROOT " && /bin/busybox find . -path ./kvm -prune -o -print | " \
		"/bin/busybox cpio -o -H newc >" INITRAMFS

static void print_line(const char *line)
{
	printf("init: cpio: %s\n", line);
}

/**
 * initramfs_make - pack the root file system into the file INITRAMFS
 *
 * Return: NULL, or why that failed.
 */
const char *initramfs_make(void)
{
	static const char *const make[] = { "/bin/busybox", "sh", "-c", MAKE, NULL };
	int status;

	if ((mkdir(ROOT, 0755) && errno != EEXIST) || mount("/", ROOT, NULL, MS_BIND, NULL))
		return strerror(errno);
	status = command_run(make, print_line);
	umount(ROOT);
	return status ? "BusyBox cannot make it" : NULL;
}
