//! Every call that a host can make, once: for whoever wants to see that each comes back.

use anyhow::{Context, Result};
use vst3::ComPtr;
use vst3::ComWrapper;
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::MediaTypes_::kAudio;
use vst3::Steinberg::Vst::ViewType::kEditor;
use vst3::Steinberg::Vst::{
    BusInfo, IAudioProcessor, IAudioProcessorTrait, IComponentHandler, IComponentTrait, IEditControllerTrait,
    IMidiMapping, IMidiMappingTrait, INoteExpressionController, INoteExpressionControllerTrait,
    IProcessContextRequirements, IProcessContextRequirementsTrait, IUnitInfo, IUnitInfoTrait, NoteExpressionTypeInfo,
    ParameterInfo, RoutingInfo, String128, UnitInfo,
};
use vst3::Steinberg::{
    IBStream, IPlugView, IPlugViewContentScaleSupport, IPlugViewContentScaleSupportTrait, IPlugViewTrait,
    IPluginBaseTrait, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3, IPluginFactory3Trait,
    IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo, ViewRect, kPlatformTypeX11EmbedWindowID,
};

use crate::block::Block;
use crate::plugin::Plugin;
use crate::steps::Setup;
use crate::stream::Stream;

impl Plugin {
    /// Makes every call, whatever the plugin answers, from setting up to the end of processing. No window is opened.
    pub fn walk(&self) -> Result<()> {
        self.walk_factory()?;
        self.walk_component()?;
        self.walk_controller()?;
        self.walk_extensions()?;
        self.walk_view();
        self.set_up(Setup::default())?;
        self.set_active(true);
        self.set_processing(true)?;
        let mut block = Block::stereo(&[0.1; 64], &[0.2; 64]);
        self.process_block(&mut block)?;
        self.latency_samples()?;
        self.tail_samples()?;
        self.set_processing(false)?;
        self.set_active(false);
        Ok(())
    }

    fn walk_factory(&self) -> Result<()> {
        let Some(module) = &self.module else { return Ok(()) };
        let factory: &ComPtr<IPluginFactory> = module.factory()?;
        // Numbers and texts, for which zeros are valid, in all structures here.
        unsafe {
            factory.getFactoryInfo(&mut std::mem::zeroed::<PFactoryInfo>());
            factory.countClasses();
            factory.getClassInfo(0, &mut std::mem::zeroed::<PClassInfo>());
            if let Some(factory) = factory.cast::<IPluginFactory2>() {
                factory.getClassInfo2(0, &mut std::mem::zeroed::<PClassInfo2>());
            }
            if let Some(factory) = factory.cast::<IPluginFactory3>() {
                factory.getClassInfoUnicode(0, &mut std::mem::zeroed::<PClassInfoW>());
                factory.setHostContext(std::ptr::null_mut());
            }
            let other: Result<ComPtr<IAudioProcessor>> = module.audio_class().and_then(|class| module.create(&class));
            drop(other);
        }
        Ok(())
    }

    fn walk_component(&self) -> Result<()> {
        let component = &self.component;
        let processor = component.cast::<IAudioProcessor>().context("the plugin does not process sound")?;
        unsafe {
            component.initialize(std::ptr::null_mut());
            component.getControllerClassId(&mut [0; 16]);
            component.setIoMode(0);
            for direction in [kInput, kOutput] {
                component.getBusCount(kAudio as i32, direction as i32);
                component.getBusInfo(kAudio as i32, direction as i32, 0, &mut std::mem::zeroed::<BusInfo>());
                component.activateBus(kAudio as i32, direction as i32, 0, 1);
                processor.getBusArrangement(direction as i32, 0, &mut 0);
            }
            let mut routing = std::mem::zeroed::<RoutingInfo>();
            component.getRoutingInfo(&mut routing, &mut std::mem::zeroed::<RoutingInfo>());
            processor.setBusArrangements(&mut 3, 1, &mut 3, 1);
            processor.canProcessSampleSize(0);
        }
        let state = ComWrapper::new(Stream::new(&[]));
        let stream = state.as_com_ref::<IBStream>().context("no stream")?;
        unsafe { component.getState(stream.as_ptr()) };
        let state = ComWrapper::new(Stream::new(&state.bytes()));
        let stream = state.as_com_ref::<IBStream>().context("no stream")?;
        unsafe { component.setState(stream.as_ptr()) };
        Ok(())
    }

    fn walk_controller(&self) -> Result<()> {
        let controller = &self.controller;
        let handler = self.handler.as_com_ref::<IComponentHandler>().context("no handler")?;
        let mut text: String128 = [0; 128];
        unsafe {
            controller.setComponentHandler(handler.as_ptr());
            controller.getParameterCount();
            for idx in [-1, 0, self.parameters().len() as i32, i32::MAX] {
                controller.getParameterInfo(idx, &mut std::mem::zeroed::<ParameterInfo>());
            }
            for id in self.parameters().iter().map(|parameter| parameter.id).take(3).chain([u32::MAX]) {
                controller.getParamStringByValue(id, 0.5, &mut text);
                controller.getParamValueByString(id, text.as_mut_ptr(), &mut 0.0);
                controller.normalizedParamToPlain(id, 0.5);
                controller.plainParamToNormalized(id, 0.5);
                let value = controller.getParamNormalized(id);
                controller.setParamNormalized(id, value);
                controller.setParamNormalized(id, f64::NAN);
            }
        }
        Ok(())
    }

    fn walk_extensions(&self) -> Result<()> {
        let component = &self.component;
        unsafe {
            if let Some(units) = component.cast::<IUnitInfo>() {
                units.getUnitCount();
                units.getUnitInfo(0, &mut std::mem::zeroed::<UnitInfo>());
                units.getProgramListCount();
                units.getSelectedUnit();
                units.selectUnit(0);
            }
            if let Some(mapping) = component.cast::<IMidiMapping>() {
                mapping.getMidiControllerAssignment(0, 0, 0, &mut 0);
            }
            if let Some(notes) = component.cast::<INoteExpressionController>() {
                notes.getNoteExpressionCount(0, 0);
                notes.getNoteExpressionInfo(0, 0, 0, &mut std::mem::zeroed::<NoteExpressionTypeInfo>());
            }
            if let Some(needs) = component.cast::<IProcessContextRequirements>() {
                needs.getProcessContextRequirements();
            }
        }
        Ok(())
    }

    fn walk_view(&self) {
        let mut rect = ViewRect { left: 0, top: 0, right: 900, bottom: 700 };
        unsafe {
            let Some(view) = ComPtr::<IPlugView>::from_raw(self.controller.createView(kEditor)) else { return };
            view.isPlatformTypeSupported(kPlatformTypeX11EmbedWindowID);
            view.setFrame(std::ptr::null_mut());
            if let Some(scaled) = view.cast::<IPlugViewContentScaleSupport>() {
                scaled.setContentScaleFactor(1.5);
            }
            view.getSize(&mut rect);
            view.canResize();
            view.checkSizeConstraint(&mut rect);
            view.onSize(&mut rect);
            view.onFocus(1);
            view.onWheel(1.0);
            view.onKeyDown(0, 7, 0);
            view.onKeyUp(0, 7, 0);
            view.attached(std::ptr::null_mut(), kPlatformTypeX11EmbedWindowID);
            view.removed();
        }
    }
}
