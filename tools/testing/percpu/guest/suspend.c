// SPDX-License-Identifier: GPL-2.0-only
/* Suspend to disk, without the port to which results go. */
#include <glob.h>
#include <string.h>

#include "percpu_test.h"
#include "suspend.h"

#define DRIVER	"/sys/bus/virtio/drivers/virtio_console"

/*
 * Returns when the kernel has resumed, or with a negative errno. Meanwhile the console's driver is
 * unbound from its device, the port to which results go: on 7.3-rc7 a port that was frozen stays
 * dead, because virtcons_restore() asks the host before there is room for the answer. init waits
 * for the port and opens it again.
 */
int suspend_to_disk(void)
{
	int err, bind_err = 0;
	const char *device;
	glob_t found;

	if (glob(DRIVER "/virtio*", 0, NULL, &found))
		return write_value(POWER "/state", "disk");
	device = strrchr(found.gl_pathv[0], '/') + 1;
	err = write_value(DRIVER "/unbind", device);
	if (!err) {
		err = write_value(POWER "/state", "disk");
		bind_err = write_value(DRIVER "/bind", device);
	}
	globfree(&found);
	return err ? err : bind_err;
}
