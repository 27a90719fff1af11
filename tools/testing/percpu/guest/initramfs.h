/* SPDX-License-Identifier: GPL-2.0-only */
/* An initramfs made from the running root file system, for the next kernel. */
#ifndef INITRAMFS_H
#define INITRAMFS_H

#define INITRAMFS	"/tmp/initramfs.cpio"

const char *initramfs_make(void);

#endif
