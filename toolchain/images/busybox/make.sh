#!/bin/sh
# A root file system like upstream Prometheus' busybox base: applets, the users root and nobody, CA certificates.
set -eu
cd "$WORK"
apt-get download -q busybox-static ca-certificates
for package in ./*.deb; do dpkg-deb -x "$package" unpacked; done
mkdir -p "$OUT/bin" "$OUT/etc/ssl/certs" "$OUT/tmp"
chmod 1777 "$OUT/tmp"
cp unpacked/bin/busybox "$OUT/bin/"
for applet in $("$OUT/bin/busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$OUT/bin/$applet"
done
find unpacked/usr/share/ca-certificates -name '*.crt' | sort | xargs cat > "$OUT/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' > "$OUT/etc/passwd"
printf 'root:x:0:\nnobody:x:65534:\n' > "$OUT/etc/group"
