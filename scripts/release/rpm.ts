import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseFacts } from "./facts.ts";
import { runTool } from "./commands.ts";

/**
 * Makes an RPM package of the product for x64 as it is laid out in `product`. Returns its file name.
 *
 * rpm must not strip the executables or change them in another way: the data that pkg put into docr would be lost.
 */
export function packRpm(
  product: string,
  facts: ReleaseFacts,
  work: string,
  output: string,
  level: number,
): string {
  const { name, version, license, description, homepage, maintainer, epoch } = facts;
  const top = join(work, "rpm");
  rmSync(top, { recursive: true, force: true });
  const files = join(top, "files");
  cpSync(product, join(files, "usr"), { recursive: true });
  rmSync(join(files, "usr/lib"), { recursive: true });
  mkdirSync(join(files, "usr/share/doc", name), { recursive: true });
  writeFileSync(join(files, "usr/share/doc", name, "LICENSE"), facts.copyright);
  const spec = `Name: ${name}
Version: ${version}
Release: 1
Summary: ${description.summary}
License: ${license}
Packager: ${maintainer}
${homepage === undefined ? "" : `URL: ${homepage}\n`}AutoReqProv: no
Requires: glibc >= 2.28, libstdc++, libatomic
Recommends: libsecret, ca-certificates

%description
${description.details.join("\n")}

%install
cp -a ${files}/. %{buildroot}

%files
/usr/bin/docr
/usr/bin/docker-credential-docr
/usr/share/man/man1/docr.1*
/usr/share/bash-completion/completions/docr
/usr/share/zsh/site-functions/_docr
/usr/share/fish/vendor_completions.d/docr.fish
/usr/share/doc/${name}
`;
  writeFileSync(join(top, "docr.spec"), spec);
  const macros: Readonly<Record<string, string>> = {
    _topdir: top,
    _rpmdir: output,
    _rpmfilename: "%%{NAME}-%%{VERSION}-linux-x64.rpm",
    __os_install_post: "%{nil}",
    _build_id_links: "none",
    debug_package: "%{nil}",
    _buildhost: "localhost",
    use_source_date_epoch_as_buildtime: "1",
    clamp_mtime_to_source_date_epoch: "1",
    _binary_payload: `w${level}.xzdio`,
  };
  const defines = Object.entries(macros).flatMap(([key, value]) => ["--define", `${key} ${value}`]);
  runTool("rpmbuild", ["-bb", "--target", "x86_64-linux", ...defines, join(top, "docr.spec")], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
  return `${name}-${version}-linux-x64.rpm`;
}
