#include "model/fault.h"

#include <stdio.h>
#include <string.h>

void faults_init(struct faults *faults)
{
	faults->n = 0;
	faults_set_prefix(faults, "data.");
}

void faults_set_prefix(struct faults *faults, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(faults->prefix, sizeof(faults->prefix), fmt, args);
	va_end(args);
}

void fault_add(struct faults *faults, enum fault_code code, const char *field, const char *fmt, ...)
{
	if (faults->n == MAX_FAULTS)
		return;
	struct fault *f = &faults->item[faults->n++];
	f->code = code;
	f->field[0] = '\0';
	if (field)
		snprintf(f->field, sizeof(f->field), "%s%s", faults->prefix, field);
	size_t n = 0;
	if (field && fmt[0] == ' ')
		n = (size_t)snprintf(f->message, sizeof(f->message), "'%s%s'", faults->prefix, field);
	if (n >= sizeof(f->message))
		n = sizeof(f->message) - 1;
	va_list args;
	va_start(args, fmt);
	vsnprintf(f->message + n, sizeof(f->message) - n, fmt, args);
	va_end(args);
}

bool faults_on(const struct faults *faults, const char *field)
{
	for (size_t i = 0; i < faults->n; i++) {
		const char *dot = strrchr(faults->item[i].field, '.');
		const char *name = dot ? dot + 1 : faults->item[i].field;
		size_t n = strcspn(name, "[");
		if (strlen(field) == n && memcmp(name, field, n) == 0)
			return true;
	}
	return false;
}

bool faults_any(const struct faults *faults)
{
	return faults->n > 0;
}

int fault_status(enum fault_code code)
{
	switch ((int)code) {
#define X(number, status, name) \
	case number:            \
		return status;
#include "model/codes.def"
	default:
		return 500;
	}
}
