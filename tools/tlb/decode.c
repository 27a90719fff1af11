// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instructions that matter to translations: the unprivileged specification, "RV32/64G
 * Instruction Set Listings", and the privileged one, "RISC-V Privileged Instruction Set Listings".
 */
#include <stdbool.h>

#include "decode.h"

#define OPCODE_MISC_MEM	0x0f
#define OPCODE_OP_IMM	0x13
#define OPCODE_SYSTEM	0x73

static struct insn decode_privileged(uint32_t word)
{
	struct insn insn = { .rs1 = word >> 15 & 31, .rs2 = word >> 20 & 31 };

	switch (word) {
	case 0x18000073:
		insn.kind = INSN_SFENCE_W_INVAL;
		return insn;
	case 0x18100073:
		insn.kind = INSN_SFENCE_INVAL_IR;
		return insn;
	case 0x10200073:
		insn.kind = INSN_SRET;
		return insn;
	case 0x10500073:
		insn.kind = INSN_WFI;
		return insn;
	}
	if (word >> 25 == 0x09)
		insn.kind = INSN_SFENCE_VMA;
	else if (word >> 25 == 0x0b)
		insn.kind = INSN_SINVAL_VMA;
	return insn;
}

static struct insn decode_csr(uint32_t word)
{
	unsigned int op = word >> 12 & 3;
	unsigned int source = word >> 15 & 31;

	/* CSRRS and CSRRC of x0 or 0 only read */
	if (op != 1 && !source)
		return (struct insn){ .kind = INSN_OTHER };
	return (struct insn){ .kind = INSN_CSR_WRITE, .csr = word >> 20, .zero = !source };
}

/*
 * SLTI x0, rs1, number: a HINT for custom use, which does nothing on a hart (the unprivileged
 * specification, "RV32I Base Integer Instruction Set", "HINT Instructions")
 */
static struct insn decode_mark(uint32_t word)
{
	struct insn insn = { .rs1 = word >> 15 & 31 };

	switch (word & ~(31u << 15)) {
	case 0x50102013:
		insn.kind = INSN_MARK_BEGIN;
		break;
	case 0x50202013:
		insn.kind = INSN_MARK_END;
		break;
	}
	return insn;
}

struct insn decode(uint32_t word)
{
	unsigned int funct3 = word >> 12 & 7;

	switch (word & 0x7f) {
	case OPCODE_SYSTEM:
		if (funct3 == 4)
			break;
		return funct3 ? decode_csr(word) : decode_privileged(word);
	case OPCODE_MISC_MEM:
		if (funct3 == 2 && word >> 20 == 4)
			return (struct insn){ .kind = INSN_CBO_ZERO, .rs1 = word >> 15 & 31 };
		if (word == 0x0100000f)
			return (struct insn){ .kind = INSN_PAUSE };
		break;
	case OPCODE_OP_IMM:
		return decode_mark(word);
	}
	return (struct insn){ .kind = INSN_OTHER };
}
