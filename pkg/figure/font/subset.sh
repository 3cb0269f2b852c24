#!/usr/bin/env bash
# Makes the two font files again. Needs npm, and pyftsubset (pip install fonttools==4.68.0).
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent @expo-google-fonts/noto-sans-jp@0.4.3 >/dev/null)
echo "563ee80509692e2b2f42ceae6a0b82afecb90daa1b3d025bcebdf3d9120f43a3  $work/expo-google-fonts-noto-sans-jp-0.4.3.tgz" | sha256sum -c --quiet
tar -xzf "$work"/*.tgz -C "$work"
subset() { # FONT OUTPUT OPTION…
  pyftsubset "$work/package/$1" --output-file="$2" "${@:3}" \
    --layout-features=kern --no-hinting --notdef-outline --drop-tables+=vhea,vmtx,VORG,STAT
}
subset 400Regular/NotoSansJP_400Regular.ttf NotoSansJP-Regular.ttf --unicodes-file=unicodes.txt --name-IDs='0,1,2,3,4,5,6,13,14'
subset 700Bold/NotoSansJP_700Bold.ttf NotoSansJP-Bold-Latin.ttf --unicodes=U+0020-007E,U+00A0-00FF,U+2010-2030,U+2190-2193,U+2212
cp "$work/package/LICENSE_FONT" OFL.txt
