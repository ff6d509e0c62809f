#include "store/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_internal.h"

_Static_assert(SECRET_OVERHEAD == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES, "what a seal adds");

void secret_seal(const unsigned char *box_key, const void *text, size_t n_bytes, unsigned char *ret)
{
	randombytes_buf(ret, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(ret + crypto_secretbox_NONCEBYTES, text, n_bytes, ret, box_key);
}

int secret_open(const unsigned char *box_key, const void *sealed, size_t n_bytes, struct arena *arena, const char **ret)
{
	const unsigned char *nonce = sealed;
	if (n_bytes < SECRET_OVERHEAD)
		return -1;
	unsigned char *text = arena_alloc(arena, n_bytes - SECRET_OVERHEAD + 1);
	if (crypto_secretbox_open_easy(text, nonce + crypto_secretbox_NONCEBYTES, n_bytes - crypto_secretbox_NONCEBYTES, nonce,
	                               box_key) != 0)
		return -1;
	*ret = (const char *)text;
	return 0;
}

static int make_key(const char *path, unsigned char ret[32], struct err *err)
{
	randombytes_buf(ret, 32);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, "the key file %s cannot be made: %s", path, strerror(errno));
	bool ok = write(fd, ret, 32) == 32 && fsync(fd) == 0;
	if (close(fd) < 0 || !ok)
		return err_set(err, "the key file %s cannot be written", path);
	return 0;
}

int secret_key_file(const char *path, bool may_make, unsigned char ret[32], struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && may_make)
		return make_key(path, ret, err);
	if (fd < 0)
		return err_set(err, "the key file %s, which opens the stored secrets, cannot be read: %s", path, strerror(errno));
	unsigned char extra;
	bool ok = fstat(fd, &st) == 0 && read(fd, ret, 32) == 32 && read(fd, &extra, 1) == 0;
	close(fd);
	if (!ok)
		return err_set(err, "the key file %s is not one: it must hold 32 bytes", path);
	if (st.st_mode & 077)
		return err_set(err, "the key file %s may be read by others: set its mode to 0600", path);
	return 0;
}
