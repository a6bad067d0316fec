#!/bin/sh
# Debian's Python and the libraries that it stands on: no shell, no package manager, no pip.
set -eu
packages="base-files ca-certificates libbz2-1.0 libc6 libcrypt1 libexpat1 libffi8 libgcc-s1 liblzma5
  libsqlite3-0 libssl3 libstdc++6 libuuid1 zlib1g
  libpython3.11-minimal libpython3.11-stdlib python3.11 python3.11-minimal"
debootstrap --download-only --variant=minbase --include="$(echo $packages | tr ' ' ,)" "$VERSION" "$WORK/debian"
mkdir -p "$OUT/usr/bin" "$OUT/usr/lib" "$OUT/usr/lib64" "$OUT/usr/sbin" "$OUT/tmp"
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$OUT/$folder"; done
for package in $packages; do
  dpkg-deb --fsys-tarfile "$WORK/debian/var/cache/apt/archives/${package}"_*.deb \
    | tar --extract --keep-directory-symlink --directory "$OUT"
done
chmod 1777 "$OUT/tmp"
ln -s python3.11 "$OUT/usr/bin/python3"
ln -s python3.11 "$OUT/usr/bin/python"
mkdir -p "$OUT/etc/ssl/certs"
find "$OUT/usr/share/ca-certificates" -name '*.crt' | sort | xargs cat > "$OUT/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' > "$OUT/etc/passwd"
printf 'root:x:0:\nnobody:x:65534:\n' > "$OUT/etc/group"
rm -rf "$OUT/usr/share/doc" "$OUT/usr/share/man" "$OUT/usr/share/locale" "$OUT/usr/share/lintian" \
  "$OUT/usr/share/ca-certificates" "$OUT"/usr/lib/*-linux-gnu/gconv "$OUT/usr/lib/python3.11/lib2to3" \
  "$OUT/usr/lib/python3.11/pydoc_data"
# Its package would do this when it is installed; a read-only container never could.
chroot "$OUT" /usr/bin/python3 -m compileall -q /usr/lib/python3.11
