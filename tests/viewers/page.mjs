// In the browser: parsed(FILE.usda, SECONDS) tells what TinyUSDZ reads; shown(FILE, VRMA, SECONDS) opens a file, with an animation of another one if VRMA is
// given, and tells what it shows at these moments, as in_blender.py does. The canvas shows the last.
import {VRMLoaderPlugin} from '@pixiv/three-vrm';
import {
  createVRMAnimationClip, VRMAnimationLoaderPlugin, VRMLookAtQuaternionProxy
} from '@pixiv/three-vrm-animation';
import * as THREE from 'three';
import {GLTFLoader} from 'three/addons/loaders/GLTFLoader.js';

const kSize = 512;
const renderer = new THREE.WebGLRenderer({antialias: true, preserveDrawingBuffer: true});
renderer.setSize(kSize, kSize);
document.body.append(renderer.domElement);

const nameOf = node => node.userData.name ?? node.name;
const meshesOf = root => {
  const meshes = [];
  root.traverse(node => node.isMesh && meshes.push(node));
  return meshes;
};

function base64(numbers) {
  const bytes = new Uint8Array(new Float32Array(numbers).buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(text);
}

function verticesOf(mesh) {
  const places = [], at = new THREE.Vector3();
  for (let v = 0; v < mesh.geometry.attributes.position.count; ++v) {
    mesh.getVertexPosition(v, at).applyMatrix4(mesh.matrixWorld);
    places.push(at.x, at.y, at.z);
  }
  return places;
}

// Rows of the turn from a rest to now, both of the world.
function turn(rest, now) {
  const q = now.clone().multiply(rest.clone().invert());
  const e = new THREE.Matrix4().makeRotationFromQuaternion(q).elements;
  return [[e[0], e[4], e[8]], [e[1], e[5], e[9]], [e[2], e[6], e[10]]];
}
const turnOfWorld = node => node.getWorldQuaternion(new THREE.Quaternion());

async function opened(file, vrma) {
  const loader = new GLTFLoader();
  loader.register(parser => new VRMLoaderPlugin(parser));
  loader.register(parser => new VRMAnimationLoaderPlugin(parser));
  const gltf = await loader.loadAsync(file);
  const vrm = gltf.userData.vrm ?? null;
  let clip = gltf.animations[0], root = gltf.scene;
  if (vrma) {
    const [animation] = (await loader.loadAsync(vrma)).userData.vrmAnimations;
    const proxy = new VRMLookAtQuaternionProxy(vrm.lookAt);
    proxy.name = 'lookAtQuaternionProxy';
    vrm.scene.add(proxy);
    clip = createVRMAnimationClip(animation, vrm);
    root = vrm.scene;
  }
  root.updateMatrixWorld(true);
  return {root, vrm: vrma ? vrm : null, clip, back: vrm?.meta.metaVersion === '0'};
}

// How many points of a picture are others if the vertices are put in place here and not by the
// graphics of the browser: [others, covered].
function pointsApart(scene, camera, meshes) {
  const target = new THREE.WebGLRenderTarget(kSize, kSize);
  renderer.setClearAlpha(0);
  const picture = drawn => {
    const bytes = new Uint8Array(4 * kSize * kSize);
    renderer.setRenderTarget(target);
    renderer.render(drawn, camera);
    renderer.readRenderTargetPixels(target, 0, 0, kSize, kSize, bytes);
    renderer.setRenderTarget(null);
    return bytes;
  };
  const own = meshes.map(mesh => mesh.material);
  const still = new THREE.Scene();
  meshes.forEach((mesh, i) => {
    const colour = new THREE.Color().setHSL(i / meshes.length, 1, 0.5);
    mesh.material = new THREE.MeshBasicMaterial({color: colour, side: THREE.DoubleSide});
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute('position', new THREE.Float32BufferAttribute(verticesOf(mesh), 3));
    geometry.setIndex(mesh.geometry.index);
    still.add(new THREE.Mesh(geometry, mesh.material));
  });
  const a = picture(scene), b = picture(still);
  renderer.setClearAlpha(1);
  meshes.forEach((mesh, i) => mesh.material = own[i]);
  let others = 0, covered = 0;
  for (let i = 0; i < a.length; i += 4) {
    covered += a[i + 3] > 0;
    others += [0, 1, 2, 3].some(k => a[i + k] !== b[i + k]);
  }
  return [others, covered];
}

function portrait(meshes, back) {
  const face = meshes.reduce((a, b) => b.geometry.attributes.position.count >
                                           a.geometry.attributes.position.count ? b : a);
  const box = new THREE.Box3().setFromArray(verticesOf(face));
  const middle = box.getCenter(new THREE.Vector3()), size = box.getSize(new THREE.Vector3());
  const camera = new THREE.PerspectiveCamera(20, 1, 0.01 * size.y, 100 * size.y);
  camera.position.copy(middle).add(new THREE.Vector3(0.8 * size.y, 0, (back ? -3 : 3) * size.y));
  camera.lookAt(middle);
  return camera;
}

window.shown = async (file, vrma, seconds) => {
  const {root, vrm, clip, back} = await opened(file, vrma);
  const meshes = meshesOf(root);
  const bones = new Set(meshes.flatMap(mesh => mesh.skeleton?.bones ?? []));
  const rests = new Map([...bones].map(bone => [bone, turnOfWorld(bone)]));
  const mixer = new THREE.AnimationMixer(root);
  mixer.clipAction(clip).play();
  const moments = seconds.map(at => {
    mixer.setTime(at);
    vrm?.update(0);
    root.updateMatrixWorld(true);
    const moment = {seconds: at, meshes: {}, turns: {}};
    for (const mesh of meshes) {
      moment.meshes[nameOf(mesh)] = {
        names: Object.keys(mesh.morphTargetDictionary ?? {}),
        weights: [...(mesh.morphTargetInfluences ?? [])],
        vertices: base64(verticesOf(mesh))
      };
    }
    for (const [bone, rest] of rests) moment.turns[nameOf(bone)] = turn(rest, turnOfWorld(bone));
    if (vrm) {
      moment.expressions = Object.fromEntries(
          vrm.expressionManager.expressions.map(e => [e.expressionName, e.weight]));
    }
    return moment;
  });
  const scene = new THREE.Scene();
  scene.add(root);
  const camera = portrait(meshes, back);
  const apart = pointsApart(scene, camera, meshes);
  const sun = new THREE.DirectionalLight(0xffffff, 2.5);
  sun.position.set(1, 1, back ? -2 : 2);
  scene.add(sun, new THREE.HemisphereLight(0xffffff, 0x887766, 1.5));
  renderer.render(scene, camera);
  return JSON.stringify({program: `three.js r${THREE.REVISION}`, moments, apart});
};

// The numbers of a value of USD in text that begins at a place, one list, whatever brackets it has.
function listAt(text, place) {
  const begin = text.indexOf('[', place), end = text.indexOf(']', begin);
  return text.slice(begin + 1, end).split(/[\s,()]+/).filter(word => word !== '');
}
function sampleAt(text, name, time) {
  const samples = text.indexOf('{', text.indexOf(`${name}.timeSamples`));
  const place = text.slice(samples).search(new RegExp(`[{,\\s]${time}\\s*:`));
  return listAt(text, samples + place).map(Number);
}

window.parsed = async (file, seconds) => {
  const {default: start} = await import('tinyusdz');
  const usd = new (await start()).TinyUSDZLoaderNative();
  const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer());
  if (!usd.loadAsLayerFromBinary(bytes, 'file.usda')) throw new Error(usd.error());
  const text = usd.layerToString(), take = text.slice(text.indexOf('def SkelAnimation'));
  const rate = Number(text.match(/timeCodesPerSecond = ([\d.]+)/)[1]);
  const names = key => 
      listAt(take, take.indexOf('=', take.indexOf(`token[] ${key}`))).map(n => n.replaceAll('"', ''));
  const moments = seconds.map(at => {
    const turns = {}, q = sampleAt(take, 'rotations', Math.round(at * rate)), above = {};
    names('joints').forEach((joint, i) => {
      const [w, x, y, z] = q.slice(4 * i, 4 * i + 4);
      above[joint] = new THREE.Quaternion(x, y, z, w);
      const parent = above[joint.slice(0, Math.max(0, joint.lastIndexOf('/')))];
      if (parent) above[joint].premultiply(parent);
      turns[joint.slice(joint.lastIndexOf('/') + 1)] = turn(new THREE.Quaternion(), above[joint]);
    });
    const weights = sampleAt(take, 'blendShapeWeights', Math.round(at * rate));
    return {seconds: at, turns, meshes: {take: {names: names('blendShapes'), weights}}};
  });
  if (!usd.loadFromBinary(bytes, 'file.usda')) throw new Error(usd.error());
  const meshes = {};
  for (let i = 0; i < usd.numMeshes(); ++i) {
    const {primName, points, faceVertexIndices} = usd.getMesh(i);
    meshes[primName] = {vertices: base64(points), corners: [...faceVertexIndices]};
  }
  return JSON.stringify({program: 'TinyUSDZ', moments, meshes});
};
window.ready = true;
