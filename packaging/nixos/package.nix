# Copycat as a package: the checkout with its npm dependencies, and `copycat` in bin.
# npmDepsHash is that of package-lock.json: `nix build` says the right one after it has changed.
{ lib, buildNpmPackage, nodejs_24, makeWrapper, src, version }:
buildNpmPackage {
  pname = "copycat";
  inherit version src;
  nodejs = nodejs_24;
  npmDepsHash = lib.fakeHash;
  # The packages that bring a Node of their own are for other systems; NixOS has one.
  npmFlags = [ "--omit=dev" "--omit=optional" "--ignore-scripts" ];
  dontNpmBuild = true;
  nativeBuildInputs = [ makeWrapper ];
  # Node strips types of no file below node_modules, so the checkout stays a checkout.
  installPhase = ''
    runHook preInstall
    mkdir -p $out/share/copycat $out/bin
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
