/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_DECODE_H
#define TLB_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#define CSR_SSTATUS	0x100
#define CSR_STVEC	0x105
#define CSR_SSCRATCH	0x140
#define CSR_SEPC	0x141
#define CSR_SATP	0x180

enum insn_kind {
	INSN_OTHER,
	INSN_SFENCE_VMA,
	INSN_SINVAL_VMA,
	INSN_SFENCE_W_INVAL,
	INSN_SFENCE_INVAL_IR,
	INSN_CSR_WRITE,
	INSN_CBO_ZERO,
	INSN_SRET,
	INSN_WFI,
	INSN_PAUSE,		/* Zihintpause */
	INSN_MARK_BEGIN,	/* operation rs1 begins; 0: what lies between */
	INSN_MARK_END,		/* it ends, and was done rs1 times */
};

/**
 * struct insn - what the plugin looks at in an instruction
 * @kind:	which
 * @rs1:	register number, of fences, cbo.zero and marks
 * @rs2:	register number, of fences
 * @csr:	that is written
 * @zero:	x0 or 0 is what is written to it
 */
struct insn {
	enum insn_kind kind;
	uint8_t rs1;
	uint8_t rs2;
	uint16_t csr;
	bool zero;
};

/** decode() - decode an instruction of 4 bytes; compressed ones are none of these */
struct insn decode(uint32_t word);

#endif
