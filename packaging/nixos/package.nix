# Copycat as a package: the checkout with its npm dependencies, and `copycat` in bin.
# What is fetched is held by the digests of package-lock.json, so there is no hash here to keep in step with it.
{ lib, buildNpmPackage, cacert, importNpmLock, makeWrapper, nodejs_24, runCommand, src, version }:
let
  package = builtins.fromJSON (builtins.readFile "${src}/package.json");
  lock = builtins.fromJSON (builtins.readFile "${src}/package-lock.json");

  # Nothing of development, and nothing optional: those packages bring a Node of their own, which NixOS has, or an engine for it.
  wanted = module: !(module.dev or module.optional or module.devOptional or false);
  withoutOthers = module: builtins.removeAttrs module [ "devDependencies" "optionalDependencies" ];
  modules = lib.mapAttrs (_: withoutOthers) (lib.filterAttrs (_: wanted) lock.packages);

  # The lockfile names no registry, so npm fetches: it knows one. What it brings has to have the lockfile's digest.
  fetch = path: module:
    let
      name = module.name or (builtins.elemAt (builtins.match "(.*/)?node_modules/((@[^/]+/)?[^/]+)" path) 1);
      file = builtins.replaceStrings [ "@" "/" ] [ "" "-" ] "${name}-${module.version}.tgz";
    in
    runCommand file
      {
        nativeBuildInputs = [ nodejs_24 cacert ];
        SSL_CERT_FILE = "${cacert}/etc/ssl/certs/ca-bundle.crt";
        impureEnvVars = lib.fetchers.proxyImpureEnvVars;
        outputHash = module.integrity;
      } ''
      export HOME=$PWD
      npm pack --ignore-scripts --silent ${name}@${module.version}
      mv *.tgz $out
    '';
in
buildNpmPackage {
  pname = "copycat";
  inherit version src;
  nodejs = nodejs_24;
  npmDeps = importNpmLock {
    npmRoot = src;
    package = withoutOthers package;
    packageLock = lock // { packages = modules; };
    packageSourceOverrides = lib.mapAttrs fetch (builtins.removeAttrs modules [ "" ]);
  };
  npmConfigHook = importNpmLock.npmConfigHook;
  npmFlags = [ "--omit=dev" "--omit=optional" "--ignore-scripts" ];
  dontNpmBuild = true;
  nativeBuildInputs = [ makeWrapper ];
  # Node strips types of no file below node_modules, so the checkout stays a checkout.
  installPhase = ''
    runHook preInstall
    mkdir -p $out/share/copycat $out/bin
    # npm was given these two with paths of the store in them, which would keep what was fetched.
    mv .package.json.orig package.json && rm node_modules/.package-lock.json
    cp -r bin deploy environments scripts local functions events shared serverless.yml package.json tsconfig.json node_modules $out/share/copycat/
    makeWrapper ${nodejs_24}/bin/node $out/bin/copycat --add-flags $out/share/copycat/scripts/copycat.ts
    runHook postInstall
  '';
  meta = {
    description = "A mirror of the Nix binary cache: event-driven, serverless, verified";
    license = lib.licenses.mit;
    mainProgram = "copycat";
    platforms = lib.platforms.linux;
  };
}
